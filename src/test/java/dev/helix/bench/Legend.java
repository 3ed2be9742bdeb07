package dev.helix.bench;

import dev.helix.bench.Curve.Series;
import java.util.ArrayList;
import java.util.List;

/**
 * Which series has which colour and which mark: each its own of both, so that nobody has to tell
 * colours apart.
 */
final class Legend {
  static final double ROW = 22;
  private static final String[] COLOURS = {
    "#0072b2", "#d55e00", "#00875f", "#b5569b", "#a87900", "#4a5568"
  };
  private static final String[] MARKS = {
    "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    "m-4 -4h8v8h-8z",
    "m0 -5.5l5.2 9.2h-10.4z",
    "m0 -5.8l5.8 5.8l-5.8 5.8l-5.8 -5.8z",
    "m0 5.5l5.2 -9.2h-10.4z",
    "m-1.6 -5h3.2v3.4h3.4v3.2h-3.4v3.4h-3.2v-3.4h-3.4v-3.2h3.4z"
  };

  private record Entry(String name, double x, int row) {}

  private final List<Entry> entries = new ArrayList<>();

  /** In rows from {@code left} to {@code right}. */
  Legend(List<Series> series, double left, double right) {
    double x = left;
    int row = 0;
    for (Series one : series) {
      double width = 35 + Lettering.width(one.name(), 13) + 16;
      if (x > left && x + width > right) {
        x = left;
        row++;
      }
      entries.add(new Entry(one.name(), x, row));
      x += width;
    }
  }

  int rows() {
    return entries.get(entries.size() - 1).row() + 1;
  }

  /** Draws it, with its first row's words on the line {@code y}. */
  void draw(Svg svg, double y) {
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      double line = y + entry.row() * ROW;
      svg.line(entry.x(), line - 4.5, entry.x() + 28, line - 4.5, COLOURS[i], 2);
      mark(svg, i, entry.x() + 14, line - 4.5);
      svg.text("name", "start", entry.x() + 35, line, entry.name());
    }
  }

  static String colour(int series) {
    return COLOURS[series];
  }

  static void mark(Svg svg, int series, double x, double y) {
    svg.path(Svg.place(x, y, "M") + MARKS[series], COLOURS[series], Svg.GROUND, 1);
  }
}
