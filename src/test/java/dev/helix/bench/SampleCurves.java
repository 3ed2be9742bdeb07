package dev.helix.bench;

import dev.helix.bench.Curve.Limit;
import dev.helix.bench.Curve.Point;
import dev.helix.bench.Curve.Series;
import java.util.List;
import java.util.stream.DoubleStream;

/** Curves that look like measured ones. */
final class SampleCurves {
  private SampleCurves() {}

  /** Three rivals whose cost grows from a number of callers on, on two logarithmic axes. */
  static Curve callers(Limit limit) {
    return new Curve(
        "callers",
        "What a turn adds to going straight to the upstream, by the number of callers",
        "callers at once",
        "added milliseconds (median)",
        true,
        true,
        List.of(
            grows("helix-sessions", 0.9, 60),
            grows("nginx, proxy_pass", 0.12, 150),
            grows("LiteLLM proxy", 8, 4)),
        limit);
  }

  /** One whose cost grows in proportion, on two linear axes. */
  static Curve history() {
    List<Point> points =
        DoubleStream.of(10, 250, 500, 1000, 1500, 2000)
            .mapToObj(x -> new Point(x, around(0.8 + x * 0.0004)))
            .toList();
    return new Curve(
        "history",
        "A turn, by what is stored of its conversation",
        "stored messages",
        "milliseconds",
        false,
        false,
        List.of(new Series("helix-sessions", points)),
        null);
  }

  private static Series grows(String name, double cost, double room) {
    List<Point> points =
        DoubleStream.of(1, 4, 16, 64, 256, 1024)
            .mapToObj(x -> new Point(x, around(cost * (1 + x / room))))
            .toList();
    return new Series(name, points);
  }

  private static Spread around(double value) {
    return new Spread(value, value * 0.86, value * 1.22);
  }
}
