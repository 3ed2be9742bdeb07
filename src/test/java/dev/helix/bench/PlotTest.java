package dev.helix.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.bench.Curve.Limit;
import dev.helix.bench.Curve.Point;
import dev.helix.bench.Curve.Series;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class PlotTest {
  private static final Limit LIMIT = new Limit(512, "both processors are busy");

  @Test
  void everySeriesIsDrawn_withAColourAndAMarkOfItsOwn() {
    Element svg = Xml.read(Plot.svg(SampleCurves.callers(LIMIT)));
    List<Element> series = Xml.ofClass(svg, "series");
    assertEquals(
        List.of("helix-sessions", "nginx, proxy_pass", "LiteLLM proxy"),
        series.stream().map(one -> Xml.all(one, "title").get(0).getTextContent()).toList());
    assertEquals(3, series.stream().map(PlotTest::colour).distinct().count());
    assertEquals(3, series.stream().map(PlotTest::mark).distinct().count());
    for (Element one : series) {
      assertEquals(1 + 6, Xml.all(one, "title").size(), "its own and those of its points");
    }
  }

  @Test
  void whereTheMachineGivesOut_aLineSaysWhy() {
    Element with = Xml.read(Plot.svg(SampleCurves.callers(LIMIT)));
    assertEquals(1, Xml.ofClass(with, "gives-out").size());
    assertEquals(
        "gives out at 512: both processors are busy",
        Xml.ofClass(with, "limit").get(0).getTextContent());
    Element without = Xml.read(Plot.svg(SampleCurves.callers(null)));
    assertEquals(0, Xml.ofClass(without, "gives-out").size());
  }

  @Test
  void aLimitBeyondAllThatWasMeasured_isStillOnTheAxis() {
    Element svg = Xml.read(Plot.svg(SampleCurves.callers(new Limit(9000, "no more memory"))));
    Element line = Xml.all(Xml.ofClass(svg, "gives-out").get(0), "line").get(0);
    assertTrue(Double.parseDouble(line.getAttribute("x1")) < 880);
    assertTrue(
        Xml.ofClass(svg, "tick").stream().anyMatch(t -> t.getTextContent().equals("10,000")));
  }

  @Test
  void wordsThatXmlHasOtherUsesFor_areEscaped() {
    String odd = "a < b && \"c\" > d \u0001 \ud83d\ude80";
    Series one = new Series(odd, List.of(new Point(1, new Spread(1, 1, 1))));
    Curve curve = new Curve("odd", odd, odd, odd, false, false, List.of(one), new Limit(1, odd));
    Element svg = Xml.read(Plot.svg(curve));
    assertEquals(odd.replace('\u0001', '\ufffd'), Xml.all(svg, "title").get(0).getTextContent());
  }

  @Test
  void noMeasuredPointLiesOutsideOfTheImage() {
    for (Curve curve : List.of(SampleCurves.callers(LIMIT), SampleCurves.history())) {
      Element svg = Xml.read(Plot.svg(curve));
      double height = Double.parseDouble(svg.getAttribute("height"));
      for (Element line : Xml.all(svg, "line")) {
        assertTrue(Double.parseDouble(line.getAttribute("x2")) <= 880);
        assertTrue(Double.parseDouble(line.getAttribute("y1")) >= 0);
        assertTrue(Double.parseDouble(line.getAttribute("y2")) <= height);
      }
    }
  }

  @Test
  void aRoundInWhichLessThanNothingWasAdded_isDrawnWithoutLogarithms() {
    Series one = new Series("one", List.of(new Point(1, new Spread(0.2, -0.1, 0.4))));
    Curve curve = new Curve("less", "less", "x", "y", true, true, List.of(one), null);
    List<Element> ticks = Xml.ofClass(Xml.read(Plot.svg(curve)), "tick");
    assertTrue(ticks.stream().anyMatch(tick -> tick.getTextContent().equals("-0.1")));
  }

  @Test
  void aCurveThatCannotBeDrawn_isRefused() {
    Point zero = new Point(0, new Spread(1, 1, 1));
    List<Series> series = List.of(new Series("one", List.of(zero)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Curve("name", "title", "x", "y", true, false, series, null));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Curve("../name", "title", "x", "y", false, false, series, null));
    assertThrows(IllegalArgumentException.class, () -> new Point(1, new Spread(Double.NaN, 1, 2)));
  }

  private static String colour(Element series) {
    return Xml.all(series, "line").get(0).getAttribute("stroke");
  }

  private static String mark(Element series) {
    List<Element> paths = Xml.all(series, "path");
    String d = paths.get(paths.size() - 1).getAttribute("d");
    return d.substring(d.indexOf('m'));
  }
}
