package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionStateTest {
  private static final SessionId ID = new SessionId("conv-x");
  private static final Instant NOW = Instant.parse("2026-01-05T12:34:56.123456789Z");
  private static final SessionState STATE =
      new SessionState(
          ID,
          SessionStatus.READY,
          Step.WHY,
          NOW,
          NOW.plusSeconds(1),
          "Hallö \ud800",
          "p",
          "x",
          Owner.ANONYMOUS);

  @Test
  void state_readsBackAsWritten() {
    assertEquals(STATE, SessionState.parse(ID, STATE.toJson()));
    SessionState bare = SessionState.fresh(ID, null, Owner.ANONYMOUS, NOW);
    assertEquals(bare, SessionState.parse(ID, bare.toJson()));
  }

  @Test
  void json_hasTheOriginalsNamesAndTimesThatPythonReads() {
    String json = new String(STATE.withOriginalRequest("Hallö").toJson(), UTF_8);
    assertEquals(
        """
        {
          "session_id": "conv-x",
          "status": "ready",
          "step": "why",
          "created_at": "2026-01-05T12:34:56.123456+00:00",
          "updated_at": "2026-01-05T12:34:57.123456+00:00",
          "original_request": "Hallö",
          "project_name": "p",
          "conversation_id": "x"
        }
        """,
        json);
  }

  @Test
  void unknownFields_andKnownOnesThatMeanTheSame_stayAsTheyWere() {
    String earlier =
        "{\"extra\":{\"a\":[1,2.50]},\"session_id\":\"conv-x\",\"status\":\"paused\","
            + "\"created_at\":\"2025-11-02T10:00:00.000001\"}";
    SessionState read = SessionState.parse(ID, earlier.getBytes(UTF_8));
    LocalDateTime local = LocalDateTime.parse("2025-11-02T10:00:00.000001");
    assertEquals(local.atZone(ZoneId.systemDefault()).toInstant(), read.createdAt());
    String written = new String(read.withUpdatedAt(NOW).toJson(earlier.getBytes(UTF_8)), UTF_8);
    assertTrue(written.contains("\"a\": [\n"), written);
    assertTrue(written.contains("2.50"), written);
    assertTrue(written.contains("\"status\": \"paused\""), written);
    assertTrue(written.contains("\"created_at\": \"2025-11-02T10:00:00.000001\""), written);
    assertTrue(written.contains("2026-01-05T12:34:56.123456+00:00"), written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "{", "{} {}", "\0\0\0"})
  void whatIsNoJsonObject_isRefused(String json) {
    assertThrows(
        IllegalArgumentException.class, () -> SessionState.parse(ID, json.getBytes(UTF_8)));
  }

  @Test
  void marker_isReadAtTheEndOnly() {
    assertEquals(Step.WHY, StepMarker.in("Fine.\n<!-- STEP: why -->\n").orElseThrow());
    assertEquals(Step.DONE, StepMarker.in("<!--STEP:DONE-->").orElseThrow());
    assertTrue(StepMarker.in("<!-- STEP: why --> and more").isEmpty());
    assertTrue(StepMarker.in("<!-- STEP: dance -->").isEmpty());
  }
}
