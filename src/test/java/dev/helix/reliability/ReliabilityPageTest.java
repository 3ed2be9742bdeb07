package dev.helix.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rows of {@code docs/reliability.md} are those that tests leave figures for. */
class ReliabilityPageTest {
  private static final Pattern LEFT =
      Pattern.compile("CountedTests\\.class|CountedTries\\.class|new Crashes\\(");

  @Test
  void eachRow_isOfATestThatLeavesFigures_andHasSome() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String line : Files.readAllLines(ReliabilityTable.PAGE)) {
      String test = ReliabilityTable.test(line);
      if (test != null) {
        rows.add(test);
        assertFalse(line.endsWith("| |"), line);
      }
    }
    assertEquals(left(), new HashSet<>(rows));
    assertEquals(rows.size(), new HashSet<>(rows).size(), rows::toString);
  }

  private static Set<String> left() throws IOException {
    Set<String> left = new HashSet<>();
    Path sources = Path.of("src", "test", "java");
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        if (LEFT.matcher(Files.readString(file)).find()
            && !file.startsWith(sources.resolve("dev/helix/reliability"))) {
          left.add(name);
        }
      }
    }
    return left;
  }
}
