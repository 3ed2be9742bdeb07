package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

  @Test
  void originalRequest_hasAtMost2000Characters_andSaysThatItGoesOn() {
    String longest = "x".repeat(2000);
    assertEquals(longest, STATE.withOriginalRequest(longest).originalRequest());
    SessionState bounded = STATE.withOriginalRequest("y".repeat(1_000_000));
    assertEquals("y".repeat(1999) + "…", bounded.originalRequest());
    assertTrue(bounded.isOfRequest("y".repeat(1_000_000)));
    assertFalse(bounded.isOfRequest("y".repeat(2000).replaceFirst("y", "x")));
    assertEquals(bounded, SessionState.parse(ID, bounded.toJson()));
  }

  @Test
  void originalRequest_thatIsBoundedWithinASurrogatePair_losesBothHalves() {
    String pairs = "x" + "\ud83e\udd8a".repeat(1500);
    String bounded = STATE.withOriginalRequest(pairs).originalRequest();
    assertEquals("x" + "\ud83e\udd8a".repeat(999) + "…", bounded);
    String even = "\ud83e\udd8a".repeat(1500);
    assertEquals(
        "\ud83e\udd8a".repeat(999) + "…", STATE.withOriginalRequest(even).originalRequest());
  }

  @Test
  void longRequestOfAnEarlierVersion_isBounded_whenTheStateIsNextWritten() {
    String json = "{\"original_request\":\"" + "y".repeat(5000) + "\"}";
    SessionState read = SessionState.parse(ID, json.getBytes(UTF_8));
    assertEquals("y".repeat(1999) + "…", read.originalRequest());
    assertEquals("y".repeat(5000), SessionState.wholeRequest(json.getBytes(UTF_8)));
    byte[] written = read.withStep(Step.WHY).toJson(json.getBytes(UTF_8));
    assertTrue(written.length < 2500, written.length + " bytes");
    assertEquals(read.originalRequest(), SessionState.wholeRequest(written));
  }

  @Test
  void longBackgroundPromptOfTheOriginal_isNoRequest() {
    String task =
        "### Task:\\nSuggest.\\n<chat_history>\\n" + "USER: Q\\n".repeat(900) + "</chat_history>";
    byte[] json = ("{\"original_request\":\"" + task + "\"}").getBytes(UTF_8);
    assertEquals(null, SessionState.parse(ID, json).originalRequest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "{", "{} {}", "\0\0\0"})
  void whatIsNoJsonObject_isRefused(String json) {
    assertThrows(
        IllegalArgumentException.class, () -> SessionState.parse(ID, json.getBytes(UTF_8)));
  }

  @Test
  void marker_isReadAtTheEndOnly() {
    assertEquals(Step.WHY, Step.markedIn("Fine.\n<!-- STEP: why -->\n").orElseThrow());
    assertEquals(Step.DONE, Step.markedIn("<!--STEP:DONE-->").orElseThrow());
    assertTrue(Step.markedIn("<!-- STEP: why --> and more").isEmpty());
    assertTrue(Step.markedIn("<!-- STEP: dance -->").isEmpty());
  }
}
