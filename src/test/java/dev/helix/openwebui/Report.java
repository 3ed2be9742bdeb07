package dev.helix.openwebui;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a run did and found, in Markdown: one part for each header set-up. Not thread-safe. */
final class Report {
  private final HeaderSetup setup;
  private final List<String> rows = new ArrayList<>();
  private final String versions;

  Report(HeaderSetup setup, String versions) {
    this.setup = setup;
    this.versions = versions;
  }

  /**
   * Removes what an earlier run left of this set-up, so that a run that fails early leaves none.
   */
  static void forget(HeaderSetup setup) {
    try {
      Files.deleteIfExists(file(setup));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void row(String scenario, String step, String result) {
    rows.add("| " + scenario + " | " + step + " | " + result + " |");
  }

  /** Writes this part, and the whole report from the parts there are. */
  void write() {
    String part =
        "## Header set-up: "
            + setup.title
            + "\n\n"
            + versions
            + "\n\n| scenario | step | transcript and chat |\n|---|---|---|\n"
            + String.join("\n", rows)
            + "\n";
    try {
      Files.createDirectories(Stack.HOME);
      Files.writeString(file(setup), part);
      StringBuilder whole = new StringBuilder("# The real Open WebUI before helix-sessions\n");
      for (HeaderSetup each : HeaderSetup.values()) {
        if (Files.exists(file(each))) {
          whole.append('\n').append(Files.readString(file(each)));
        }
      }
      Files.writeString(Stack.HOME.resolve("report.md"), whole);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(HeaderSetup setup) {
    return Stack.HOME.resolve("report-" + setup.title + ".md");
  }
}
