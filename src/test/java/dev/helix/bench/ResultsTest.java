package dev.helix.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
  private final List<String> told = new ArrayList<>();
  private final Results results = new Results(told::add);

  @Test
  void aKeyWithoutAFigure_isRefusedByName() {
    for (Key key : EnumSet.complementOf(EnumSet.of(Key.WAR_MB))) {
      results.notRun(key, "all", "not now", null);
    }
    IllegalStateException refused = assertThrows(IllegalStateException.class, results::toJson);
    assertTrue(refused.getMessage().contains("war_mb"), refused.getMessage());
  }

  @Test
  void plotsAreKept_besideTheDetails() {
    for (Key key : Key.values()) {
      results.notRun(key, "all", "not now", null);
    }
    results.detail("growth", Json.object().put("turns", 3));
    results.plot(SampleCurves.history());
    results.plot(SampleCurves.callers(new Curve.Limit(512, "both processors are busy")));
    ObjectNode details = (ObjectNode) results.toJson().get("details");
    assertEquals(3, details.path("growth").path("turns").asInt());
    assertEquals("history", details.path("plots").path(0).path("name").asText());
    assertEquals(512, details.path("plots").path(1).path("limit").path("x").asInt());
    assertEquals(3, details.path("plots").path(1).path("series").size());
    assertEquals(List.of("growth"), List.copyOf(fields(results.details())));
  }

  @Test
  void twoPlotsOfOneName_areRefused() {
    results.plot(SampleCurves.history());
    assertThrows(IllegalStateException.class, () -> results.plot(SampleCurves.history()));
  }

  @Test
  void aFigure_isToldAsItComes() {
    results.add(Key.LIST_200K_MS, "folders", 3.5, Goal.atMost(10));
    assertEquals(1, told.size());
    assertTrue(told.get(0).contains("\"met\":true"), told.get(0));
  }

  private static List<String> fields(ObjectNode json) {
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
