package dev.helix.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each of our classes that a page, a descriptor or an example names is there, in that package. */
class DocumentedClassesTest {
  private static final Pattern FULL =
      Pattern.compile("\\bdev\\.helix((?:\\.[a-z]+)*\\.[A-Z]\\w*(?:\\$\\w+)?)");

  /** A row of the table of classes: names in backticks, the first with its room before a dot. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (`[a-z/]+\\.[A-Z]\\w*`(?:, `[^`]+`)*) \\|");

  private static final Pattern NAME = Pattern.compile("`(?:([a-z/]+)\\.)?([A-Z]\\w*)`");

  private static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>(List.of(Path.of("pom.xml")));
    try (Stream<Path> root = Files.list(Path.of(""))) {
      root.filter(each -> each.toString().endsWith(".md")).forEach(files::add);
    }
    for (String folder : new String[] {"docs", "src/it", "src/main/webapp", "src/main/resources"}) {
      try (Stream<Path> in = Files.walk(Path.of(folder))) {
        in.filter(Files::isRegularFile)
            .filter(each -> !each.toString().matches(".*\\.(svg|png)"))
            .forEach(files::add);
      }
    }
    return files;
  }

  private static boolean exists(String room, String type) {
    String file = "java/dev/helix/" + room + type.replaceFirst("\\$.*", "") + ".java";
    return Stream.of("src/main", "src/test", "src/bench")
        .anyMatch(sources -> Files.exists(Path.of(sources, file)));
  }

  @Test
  void everyFullName_isAClass() throws IOException {
    List<String> unknown = new ArrayList<>();
    int count = 0;
    for (Path file : files()) {
      // A service's name is the name of its file.
      String text = file + "\n" + Files.readString(file, StandardCharsets.UTF_8);
      for (MatchResult name : FULL.matcher(text).results().toList()) {
        count++;
        if (!exists("", name.group(1).substring(1).replace('.', '/'))) {
          unknown.add(file + ": " + name.group());
        }
      }
    }
    assertEquals(List.of(), unknown);
    assertTrue(count > 50, "the names are written otherwise");
  }

  @Test
  void everyClassOfTheArchitecturesTable_isInItsRoom() throws IOException {
    List<String> unknown = new ArrayList<>();
    Matcher row = ROW.matcher(Files.readString(Path.of("docs/ARCHITECTURE-MODULES.md")));
    int count = 0;
    while (row.find()) {
      String room = "";
      Matcher name = NAME.matcher(row.group(1));
      while (name.find()) {
        count++;
        room = name.group(1) == null ? room : name.group(1) + "/";
        if (!exists(room, name.group(2))) {
          unknown.add(room + name.group(2));
        }
      }
    }
    assertEquals(List.of(), unknown);
    assertTrue(count > 30, "the table is written otherwise");
  }
}
