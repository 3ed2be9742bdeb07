package dev.helix.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  private static final Machine MACHINE =
      new Machine("17.0.15", "Some | CPU", 2, 8_000_000_000L, "Linux 6.1", 0.42);

  @TempDir Path project;
  private final Results results = new Results(line -> {});
  private Path page;

  @BeforeEach
  void aPageWithProseAroundItsFigures() throws IOException {
    page = Files.createDirectories(project.resolve("docs")).resolve("benchmarks.md");
    Files.writeString(page, "before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n");
  }

  @Test
  void theProseStays_andTheFiguresAreReplaced() throws IOException {
    everything();
    assertEquals(page, new ReportPage(results, true, MACHINE).write(project));
    String once = Files.readString(page);
    assertTrue(once.startsWith("before\n<!-- figures -->\n"), once);
    assertTrue(once.endsWith("\n<!-- /figures -->\nafter\n"), once);
    assertFalse(once.contains("old"), once);
    assertTrue(once.contains("Java 17.0.15, Some \\| CPU, 2 processors, 8.0 GB"), once);
    assertTrue(once.contains("fdatasync in 0.42 ms (median)"), once);
    new ReportPage(results, true, MACHINE).write(project);
    assertEquals(once, Files.readString(page));
  }

  @Test
  void whatIsMet_notMetAndNotRun_isShownAsSuch() throws IOException {
    everything();
    new ReportPage(results, true, MACHINE).write(project);
    String text = Files.readString(page);
    assertTrue(row(text, "war_mb").endsWith("| the WAR | ≤ 10 | 7.25 | – | ✓ |"), text);
    assertTrue(row(text, "open_streams").endsWith("| ≥ 2,000 | 1,500 | 1,000 to 1,800 | **✗** |"));
    assertTrue(row(text, "litellm_over_ours").endsWith("| ≥ 5 | – | – | not run: no Python |"));
    assertTrue(row(text, "filter_ns").endsWith("| a \\| b | – | 900 | – | – |"), text);
    assertTrue(text.contains("| | | &lt;others> | – | 50 | – | – |"), "the key's second figure");
    assertTrue(text.contains("Goals met: 1, not met: 1; figures not run: 23."), text);
  }

  @Test
  void thePlotsAreBesideThePage_andItSaysWhereTheMachineGivesOut() throws IOException {
    everything();
    new ReportPage(results, true, MACHINE).write(project);
    String text = Files.readString(page);
    for (Curve curve : results.plots()) {
      assertTrue(text.contains("](benchmarks/" + curve.name() + ".svg)"), text);
      Xml.read(Files.readString(project.resolve("docs/benchmarks/" + curve.name() + ".svg")));
    }
    assertTrue(text.contains("at 512 (callers at once). Both processors are busy.\n"), text);
  }

  @Test
  void aShortRun_leavesTheDocsAlone() throws IOException {
    everything();
    String before = Files.readString(page);
    Path written = new ReportPage(results, false, MACHINE).write(project);
    assertEquals(project.resolve("target/bench/benchmarks.md"), written);
    assertTrue(Files.readString(written).contains("`war_mb`"));
    assertTrue(Files.exists(project.resolve("target/bench/benchmarks/history.svg")));
    assertEquals(before, Files.readString(page));
    assertFalse(Files.exists(project.resolve("docs/benchmarks")));
  }

  @Test
  void aKeyWithoutAFigure_leavesThePageAsItWas() throws IOException {
    results.plot(SampleCurves.history());
    String before = Files.readString(page);
    ReportPage report = new ReportPage(results, true, MACHINE);
    assertThrows(IllegalStateException.class, () -> report.write(project));
    assertEquals(before, Files.readString(page));
    assertFalse(Files.exists(project.resolve("docs/benchmarks")));
  }

  @Test
  void aPageWithoutItsMarks_isRefused() throws IOException {
    everything();
    Files.writeString(page, "no place");
    ReportPage report = new ReportPage(results, true, MACHINE);
    assertThrows(IllegalStateException.class, () -> report.write(project));
    assertEquals("no place", Files.readString(page));
  }

  @Test
  void thisMachine_isDescribed() {
    String here = Machine.here(null).toString();
    assertTrue(here.startsWith("Java " + System.getProperty("java.version") + ", "), here);
    assertFalse(here.contains("fdatasync"), here);
  }

  private void everything() {
    for (Key key : Key.values()) {
      switch (key) {
        case WAR_MB -> results.add(key, "the WAR", 7.25, Goal.atMost(10));
        case OPEN_STREAMS ->
            results.add(
                key, "Tomcat", Spread.of(List.of(1000.0, 1500.0, 1800.0)), Goal.atLeast(2000));
        case LITELLM_OVER_OURS -> results.notRun(key, "added", "no Python", Goal.atLeast(5));
        case FILTER_NS -> {
          results.add(key, "a | b", 900, null);
          results.add(key, "<others>", 50, null);
        }
        default -> results.notRun(key, "all", "not now", null);
      }
    }
    results.plot(SampleCurves.history());
    results.plot(SampleCurves.callers(new Curve.Limit(512, "both processors are busy")));
  }

  private static String row(String page, String key) {
    return page.lines()
        .filter(line -> line.startsWith("| `" + key + "`"))
        .findFirst()
        .orElseThrow();
  }
}
