package dev.helix.packaging;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documentation quotes from the examples is there, so that it was compiled and run. */
class DocumentedSnippetsTest {
  /** {@code <!-- from FILE -->} and the code block that follows. */
  private static final Pattern SNIPPET =
      Pattern.compile("<!-- from (\\S+) -->\\n+```\\w+\\n(.*?)\\n```", Pattern.DOTALL);

  @Test
  void everySnippet_isInTheFileThatItIsFrom() throws IOException {
    Matcher snippet = SNIPPET.matcher(Files.readString(Path.of("docs/filter.md")));
    int count = 0;
    while (snippet.find()) {
      String file = Files.readString(Path.of("src/it", snippet.group(1)));
      // Blocks are quoted without what they are indented by; "[...]" leaves something out.
      for (String part : snippet.group(2).split("(?m)^ *\\[\\.\\.\\.]$", -1)) {
        assertTrue(flat(file).contains(flat(part)), () -> snippet.group(1) + " has no\n" + part);
      }
      count++;
    }
    assertTrue(count > 5, "the snippets are marked otherwise");
  }

  private static String flat(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n"));
  }
}
