package dev.helix.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The table of {@code docs/reliability.md}, whose last column is what the runs have left. As a
 * program it prints the table with the figures that are there; with the system property {@code
 * reliability.write} it writes the page.
 */
public final class ReliabilityTable {
  static final Path PAGE = Path.of("docs", "reliability.md");

  private ReliabilityTable() {}

  public static void main(String[] arguments) throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    for (int i = 0; i < lines.size(); i++) {
      String test = test(lines.get(i));
      Path figures = test == null ? null : Figures.FOLDER.resolve(test);
      if (figures != null && Files.exists(figures)) {
        String line = lines.get(i);
        int last = line.lastIndexOf('|', line.length() - 2);
        lines.set(i, line.substring(0, last) + "| " + Files.readString(figures) + " |");
        System.out.println(lines.get(i));
      }
    }
    if (Boolean.getBoolean("reliability.write")) {
      Files.write(PAGE, lines);
    }
  }

  /** The test that a line is about, as its second cell says; null for another line. */
  static String test(String line) {
    String[] cells = line.split("\\|", -1);
    boolean isRow = cells.length == 5 && cells[2].strip().matches("`[A-Z]\\w+`");
    return isRow ? cells[2].strip().replace("`", "") : null;
  }
}
