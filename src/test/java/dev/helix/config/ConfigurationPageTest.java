package dev.helix.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of settings in {@code docs/configuration.md} name the keys that there are. */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("docs", "configuration.md");
  private static final Path SOURCE = Path.of("src", "main", "java");

  /** A key, in which {@code NAME} may stand for a name. */
  private static final Pattern KEY = Pattern.compile("\"(helix\\.[a-zA-Z.-]*[a-z])\"");

  private static final Pattern WRITTEN = Pattern.compile("`([^`]+)`");

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult each) -> each.group(1)).toList();
  }

  private static List<String[]> rows() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .filter(line -> line.startsWith("| `helix."))
        .map(line -> line.split(" \\| "))
        .toList();
  }

  @Test
  void tableOfSettings_namesEveryKeyOfTheSource_once() throws IOException {
    TreeSet<String> keys = new TreeSet<>();
    try (Stream<Path> files = Files.walk(SOURCE)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        keys.addAll(found(KEY, Files.readString(file)));
      }
    }
    List<String> written = new ArrayList<>();
    rows().forEach(row -> written.addAll(found(WRITTEN, row[0])));
    assertEquals(List.copyOf(keys), written.stream().sorted().toList());
  }

  @Test
  void tableOfSettings_namesTheVariablesOfTheEnvironment() throws IOException {
    for (String[] row : rows()) {
      assertEquals(
          found(WRITTEN, row[0]).stream()
              .map(key -> key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'))
              .toList(),
          found(WRITTEN, row[1]));
    }
  }
}
