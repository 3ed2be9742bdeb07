package dev.helix.bench;

import dev.helix.bench.Curve.Limit;
import dev.helix.bench.Curve.Point;
import dev.helix.bench.Curve.Series;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * A {@link Curve} as an image in SVG: medians as lines with marks, lowest to highest as a light
 * band, and a vertical line where the machine gives out.
 */
final class Plot {
  private static final String STYLE =
      """
      .title { font-size: 17px; font-weight: 600 }
      .name { font-size: 13px }
      .label { font-size: 13px; fill: #424a53 }
      .tick { font-size: 12px; fill: #59636e }
      .note { font-size: 11px; fill: #59636e }
      .limit { font-size: 12px; fill: #b3261e }
      """;
  private static final double WIDTH = 880;
  private static final double AREA_HEIGHT = 320;
  private static final double MARGIN = 24;
  private static final double TITLE_ROW = 23;
  private static final double REASON_ROW = 16;
  private static final String GRID = "#dde1e6";
  private static final String THIN_GRID = "#f0f2f4";
  private static final String RED = "#b3261e";

  private final Curve curve;
  private final Scale x;
  private final Scale y;
  private final List<String> titles;
  private final List<String> reasons;
  private final Legend legend;
  private final double left;
  private final double right = WIDTH - MARGIN - 8;
  private final double top;
  private final double bottom;

  private Plot(Curve curve) {
    this.curve = curve;
    Limit limit = curve.limit();
    DoubleStream xs = all(Point::x);
    DoubleStream ys = DoubleStream.concat(all(p -> p.y().low()), all(p -> p.y().high()));
    this.x =
        scale(
            curve.logX(), limit == null ? xs : DoubleStream.concat(xs, DoubleStream.of(limit.x())));
    this.y = scale(curve.logY(), ys);
    this.titles = Lettering.lines(curve.title(), 17, WIDTH - 2 * MARGIN);
    this.reasons =
        limit == null
            ? List.of()
            : Lettering.lines(
                "gives out at " + Numbers.plain(limit.x()) + ": " + limit.why(), 12, WIDTH / 2);
    this.legend = new Legend(curve.series(), MARGIN, WIDTH - MARGIN);
    double ticks =
        y.ticks().stream()
            .mapToDouble(tick -> Lettering.width(Numbers.plain(tick), 12))
            .max()
            .orElseThrow();
    this.left = MARGIN + 24 + ticks;
    this.top =
        38 + titles.size() * TITLE_ROW + legend.rows() * Legend.ROW + reasons.size() * REASON_ROW;
    this.bottom = top + AREA_HEIGHT;
  }

  static String svg(Curve curve) {
    return new Plot(curve).draw();
  }

  private String draw() {
    Svg svg = new Svg(WIDTH, bottom + 62, curve.title(), STYLE);
    for (int i = 0; i < titles.size(); i++) {
      svg.text("title", "start", MARGIN, 35 + i * TITLE_ROW, titles.get(i));
    }
    legend.draw(svg, 39 + titles.size() * TITLE_ROW);
    if (curve.limit() != null) {
      double from = px(curve.limit().x());
      svg.rect(from, top, right - from, AREA_HEIGHT, "fill", RED, "fill-opacity", "0.06");
    }
    axes(svg);
    if (curve.limit() != null) {
      limit(svg, px(curve.limit().x()));
    }
    for (int i = 0; i < curve.series().size(); i++) {
      series(svg, i);
    }
    return svg.end();
  }

  private void axes(Svg svg) {
    x.lesser().forEach(v -> svg.line(px(v), top, px(v), bottom, THIN_GRID, 1));
    y.lesser().forEach(v -> svg.line(left, py(v), right, py(v), THIN_GRID, 1));
    for (double v : x.ticks()) {
      svg.line(px(v), top, px(v), bottom + 5, GRID, 1);
      svg.text("tick", "middle", px(v), bottom + 19, Numbers.plain(v));
    }
    for (double v : y.ticks()) {
      svg.line(left - 5, py(v), right, py(v), GRID, 1);
      svg.text("tick", "end", left - 9, py(v) + 4, Numbers.plain(v));
    }
    svg.line(left, bottom, right, bottom, "#8c959f", 1);
    svg.line(left, top, left, bottom, "#8c959f", 1);
    svg.text("label", "middle", (left + right) / 2, bottom + 44, curve.xLabel());
    svg.text("note", "end", WIDTH - MARGIN, bottom + 44, "median; band: lowest to highest round");
    String aside = Svg.place(MARGIN + 6, (top + bottom) / 2, "translate(") + ") rotate(-90)";
    svg.open("g", "transform", aside);
    svg.text("label", "middle", 0, 0, curve.yLabel());
    svg.close("g");
  }

  private void limit(Svg svg, double at) {
    svg.open("g", "class", "gives-out", "stroke-dasharray", "5 4");
    svg.line(at, top - 6, at, bottom, RED, 1.5);
    svg.close("g");
    double half =
        reasons.stream().mapToDouble(line -> Lettering.width(line, 12)).max().orElseThrow() / 2;
    boolean atEnd = at + half > WIDTH - MARGIN;
    boolean atStart = !atEnd && at - half < MARGIN;
    String anchor = atEnd ? "end" : atStart ? "start" : "middle";
    double from = atEnd ? WIDTH - MARGIN : atStart ? MARGIN : at;
    for (int i = 0; i < reasons.size(); i++) {
      double line = top - 11 - REASON_ROW * (reasons.size() - 1 - i);
      svg.text("limit", anchor, from, line, reasons.get(i));
    }
  }

  private void series(Svg svg, int index) {
    Series one = curve.series().get(index);
    String colour = Legend.colour(index);
    StringBuilder line = new StringBuilder();
    StringBuilder above = new StringBuilder();
    StringBuilder below = new StringBuilder();
    for (Point point : one.points()) {
      String command = line.isEmpty() ? "M" : "L";
      line.append(place(point, point.y().median(), command));
      above.append(place(point, point.y().high(), command));
      below.insert(0, place(point, point.y().low(), "L"));
    }
    svg.open("g", "class", "series");
    svg.words("title", one.name());
    svg.open("g", "fill-opacity", "0.16");
    svg.path(above.toString() + below + "Z", colour, "none", 0);
    svg.close("g");
    svg.path(line.toString(), "none", colour, 2);
    for (Point point : one.points()) {
      double x = px(point.x());
      svg.open("g");
      svg.words("title", one.name() + " at " + Numbers.plain(point.x()) + ": " + words(point.y()));
      svg.line(x, py(point.y().low()), x, py(point.y().high()), colour, 1);
      Legend.mark(svg, index, x, py(point.y().median()));
      svg.close("g");
    }
    svg.close("g");
  }

  private static String words(Spread y) {
    return Numbers.plain(y.median())
        + (" (" + Numbers.plain(y.low()) + " to " + Numbers.plain(y.high()) + ")");
  }

  private String place(Point point, double value, String command) {
    return Svg.place(px(point.x()), py(value), command);
  }

  private double px(double value) {
    return left + x.at(value) * (right - left);
  }

  private double py(double value) {
    return bottom - y.at(value) * AREA_HEIGHT;
  }

  private DoubleStream all(ToDoubleFunction<Point> value) {
    return curve.series().stream().flatMap(s -> s.points().stream()).mapToDouble(value);
  }

  // From zero where zero has a place: a cost that looks doubled has doubled.
  private static Scale scale(boolean log, DoubleStream values) {
    double[] all = values.sorted().toArray();
    boolean logs = log && all[0] > 0;
    return Scale.of(logs, logs ? all[0] : Math.min(0, all[0]), all[all.length - 1]);
  }
}
