package dev.helix.bench;

import dev.helix.bench.Results.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A run's figures as a page in Markdown, with its plots beside it. A full run's are {@code
 * docs/benchmarks.md}, where it replaces what is between two marks and nothing else; a short run's,
 * whose figures only say that the benchmark works, are in {@code target/bench}.
 */
final class ReportPage {
  static final String BEGIN = "<!-- figures -->";
  static final String END = "<!-- /figures -->";
  private static final String SHORT_PAGE =
      """
      # Benchmark, short

      Sizes are too small for the figures to say anything.

      """;

  private final Results results;
  private final boolean full;
  private final Machine machine;

  ReportPage(Results results, boolean full, Machine machine) {
    this.results = results;
    this.full = full;
    this.machine = machine;
  }

  /**
   * Writes the page and the plots, and returns the page.
   *
   * @param project the folder with {@code docs} and {@code target}
   * @throws IllegalStateException if a key has no figure, or the page lacks its marks
   */
  Path write(Path project) throws IOException {
    Path page = project.resolve(full ? "docs" : "target/bench").resolve("benchmarks.md");
    String prose = full ? Files.readString(page) : SHORT_PAGE + BEGIN + "\n" + END + "\n";
    String text = replaced(prose, figures());
    Path folder = Files.createDirectories(page.resolveSibling("benchmarks"));
    for (Curve curve : results.plots()) {
      Files.writeString(folder.resolve(file(curve)), Plot.svg(curve));
    }
    return Files.writeString(page, text);
  }

  private static String replaced(String prose, String figures) {
    int begin = prose.indexOf(BEGIN);
    int end = prose.indexOf(END, begin + 1);
    if (begin < 0 || end < 0) {
      throw new IllegalStateException("the page has no place between " + BEGIN + " and " + END);
    }
    return prose.substring(0, begin + BEGIN.length()) + "\n" + figures + prose.substring(end);
  }

  private static String file(Curve curve) {
    return curve.name() + ".svg";
  }

  /** What goes between the marks. */
  private String figures() {
    StringBuilder text = new StringBuilder();
    text.append("Measured with ").append(cell(machine.toString())).append(".\n");
    text.append(goals()).append("\n\n").append(table());
    for (Curve curve : results.plots()) {
      text.append("\n![").append(cell(curve.title()).replaceAll("[\\[\\]]", ""));
      text.append("](benchmarks/").append(file(curve)).append(")\n");
    }
    List<Curve> limited = results.plots().stream().filter(c -> c.limit() != null).toList();
    if (!limited.isEmpty()) {
      text.append("\n**Where this machine gives out**\n\n");
    }
    for (Curve curve : limited) {
      text.append("- ").append(cell(curve.title())).append(": at ");
      text.append(Numbers.plain(curve.limit().x())).append(" (").append(cell(curve.xLabel()));
      text.append("). ").append(cell(sentence(curve.limit().why()))).append('\n');
    }
    return text.toString();
  }

  private String goals() {
    int met = 0;
    int missed = 0;
    int notRun = 0;
    for (Key key : Key.values()) {
      for (Figure figure : results.of(key)) {
        if (figure.spread() == null) {
          notRun++;
        } else if (figure.goal() != null && figure.goal().isMet(figure.spread().median())) {
          met++;
        } else if (figure.goal() != null) {
          missed++;
        }
      }
    }
    return "Goals met: " + met + ", not met: " + missed + "; figures not run: " + notRun + ".";
  }

  private String table() {
    List<String> rows = new ArrayList<>();
    rows.add("| figure | what it is | of | goal | median | lowest to highest | met |");
    rows.add("|---|---|---|---|---|---|---|");
    for (Key key : Key.values()) {
      String name = "`" + key.label() + "` | " + cell(key.what());
      for (Figure figure : results.of(key)) {
        rows.add("| " + name + " | " + row(figure) + " |");
        name = "|"; // once is enough for all of its figures
      }
    }
    return String.join("\n", rows) + "\n";
  }

  private static String row(Figure figure) {
    String goal = figure.goal() == null ? "–" : figure.goal().toString();
    Spread spread = figure.spread();
    if (spread == null) {
      return String.join(
          " | ", cell(figure.of()), goal, "–", "–", "not run: " + cell(figure.notRun()));
    }
    String range =
        spread.low() == spread.high()
            ? "–"
            : Numbers.plain(spread.low()) + " to " + Numbers.plain(spread.high());
    String met = figure.goal() == null ? "–" : figure.goal().isMet(spread.median()) ? "✓" : "**✗**";
    return String.join(" | ", cell(figure.of()), goal, Numbers.plain(spread.median()), range, met);
  }

  private static String sentence(String words) {
    return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
  }

  /** Words on one line that are neither the end of a cell nor HTML. */
  private static String cell(String words) {
    return words.strip().replaceAll("\\s+", " ").replace("|", "\\|").replace("<", "&lt;");
  }
}
