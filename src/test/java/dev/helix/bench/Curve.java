package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/**
 * How a cost grows with what there is of something.
 *
 * @param name its file's, such as {@code callers}: letters, digits and hyphens
 * @param title what the plot shows, in a sentence
 * @param xLabel what there is more and more of, with its unit
 * @param yLabel what it costs, with its unit
 * @param logX whether x is drawn by its logarithm, and so above zero
 * @param logY whether y is, unless some of it is not above zero: what is added may be less than
 *     nothing in a round
 * @param series at least one, at most {@value #MOST_SERIES}, with names of their own
 * @param limit null where the machine did not give out
 */
record Curve(
    String name,
    String title,
    String xLabel,
    String yLabel,
    boolean logX,
    boolean logY,
    List<Series> series,
    Limit limit) {
  static final int MOST_SERIES = 6;

  Curve {
    series = List.copyOf(series);
    check(name.matches("[a-z0-9]+(-[a-z0-9]+)*"), "not a file's name: " + name);
    check(!series.isEmpty() && series.size() <= MOST_SERIES, name + ": " + series.size());
    check(
        new HashSet<>(series.stream().map(Series::name).toList()).size() == series.size(),
        name + ": two series have one name");
    for (Series one : series) {
      for (Point point : one.points()) {
        check(!logX || point.x() > 0, name + ": no logarithm of " + point);
      }
    }
    check(limit == null || !logX || limit.x() > 0, name + ": no logarithm of " + limit);
  }

  /**
   * One of those that are compared.
   *
   * @param points at least one, by their x
   */
  record Series(String name, List<Point> points) {
    Series {
      points = points.stream().sorted(Comparator.comparingDouble(Point::x)).toList();
      check(!points.isEmpty(), name + " has no points");
    }
  }

  /** What was measured at one x. */
  record Point(double x, Spread y) {
    Point {
      check(
          Double.isFinite(x) && Double.isFinite(y.low()) && Double.isFinite(y.high()),
          "not finite: " + x + ", " + y);
      check(y.low() <= y.median() && y.median() <= y.high(), "not in order: " + y);
    }
  }

  /**
   * Where the machine gives out: beyond x the figures are not the server's.
   *
   * @param why in a few words, without a full stop
   */
  record Limit(double x, String why) {
    Limit {
      check(Double.isFinite(x), "not finite: " + x);
    }
  }

  ObjectNode toJson() {
    ObjectNode json =
        Json.object().put("name", name).put("title", title).put("x", xLabel).put("y", yLabel);
    ArrayNode all = Json.array();
    for (Series one : series) {
      ArrayNode points = Json.array();
      for (Point point : one.points()) {
        points.add(Json.object().put("x", point.x()).setAll(point.y().toJson()));
      }
      all.add(Json.object().put("name", one.name()).set("points", points));
    }
    json.set("series", all);
    if (limit != null) {
      json.set("limit", Json.object().put("x", limit.x()).put("why", limit.why()));
    }
    return json;
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
