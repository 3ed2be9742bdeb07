package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one caller may create, and what its callers hear who want more. */
class OwnerLimitsTest {
  @TempDir Path folder;
  private WholeApplication application;

  private void start(Map<String, String> settings) throws Exception {
    Map<String, String> all = new HashMap<>(settings);
    all.put("helix.api.keys.file", OwnerCases.keysFile(folder).toString());
    application = new WholeApplication(folder.resolve("sessions"), all);
    application.upstream().answerAlways(request -> Reply.json(200, Completions.completion("Fine")));
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  private RawResponse ask(String key, String id, List<String> headers, String... said) {
    ObjectNode body = Json.object().put("model", "m");
    for (int i = 0; i < said.length; i++) {
      body.withArray("messages").add(Json.message(i % 2 == 0 ? "user" : "assistant", said[i]));
    }
    List<String> all = new ArrayList<>(List.of("Authorization", key, "X-Conversation-ID", id));
    all.addAll(headers);
    try (RawClient client = RawClient.connect(application.url())) {
      client.post("/v1/chat/completions", body.toString(), all.toArray(String[]::new));
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  private RawResponse ask(String key, String id, String... said) {
    return ask(key, id, List.of(), said);
  }

  private int sessions() {
    String[] names = folder.resolve("sessions").toFile().list((dir, name) -> name.startsWith("c"));
    return names == null ? 0 : names.length;
  }

  @Test
  void moreSessionsThanAnHourMayHave_429_withRetryAfter_beforeTheUpstreamIsAsked()
      throws Exception {
    start(Map.of("helix.owner.sessions.per.hour", "2"));
    assertEquals(200, ask(OwnerCases.ACME, "c1", "One").status());
    assertEquals(200, ask(OwnerCases.ACME, "c2", "Two").status());
    application.upstream().forget();
    RawResponse response = ask(OwnerCases.ACME, "c3", "Three");
    Errors.check(429, "too_many_sessions", response);
    assertEquals("rate_limit_error", response.json().at("/error/type").asText());
    int seconds = Integer.parseInt(response.header("Retry-After"));
    assertTrue(seconds > 1700 && seconds <= 1800, () -> "" + seconds);
    assertNull(application.upstream().poll(Duration.ZERO));
    assertEquals(2, sessions());

    application.upstream().answerAlways(request -> Reply.json(200, Completions.completion("Fine")));
    assertEquals(200, ask(OwnerCases.ACME, "c1", "One", "Fine", "And?").status());
    assertEquals(200, ask(OwnerCases.OTHER, "c3", "Another tenant's").status());
    assertEquals(
        200,
        ask(OwnerCases.ACME, "c3", List.of("X-OpenWebUI-Task", "title_generation"), "T").status(),
        "a background prompt makes none");
    assertEquals(200, ask(OwnerCases.ACME, "temporary:c3", "Nothing of it is kept").status());
  }

  @Test
  void refusedQuestions_countForNothing() throws Exception {
    start(Map.of("helix.owner.sessions.per.hour", "1"));
    application
        .upstream()
        .answerAlways(request -> Reply.json(404, Completions.error("no", "t", "c")));
    for (int i = 0; i < 3; i++) {
      assertEquals(404, ask(OwnerCases.ACME, "c" + i, "Hallo").status());
    }
  }

  @Test
  void moreBytesThanAnOwnerMayHave_403_whichNoClientRepeats_andOthersGoOn() throws Exception {
    start(Map.of("helix.owner.max.bytes", "64KiB"));
    String long1 = "x".repeat(70_000);
    RawResponse first = ask(OwnerCases.ACME, "c1", long1);
    assertEquals(200, first.status());
    for (String[] said : new String[][] {{"New"}, {long1, "Fine", "In the same one"}}) {
      RawResponse response = ask(OwnerCases.ACME, said.length == 1 ? "c2" : "c1", said);
      Errors.check(403, "storage_quota_exceeded", response);
      assertEquals("insufficient_quota", response.json().at("/error/type").asText());
      assertNull(response.header("Retry-After"));
    }
    assertEquals(1, sessions());
    assertEquals(200, ask(OwnerCases.OTHER, "c1", "Another tenant's").status());
    assertEquals(200, ask(OwnerCases.ACME, "temporary:c", "Nothing is kept").status());
    StoredSession stored =
        new StoredSession(folder.resolve("sessions"), first.header("X-Session-ID"));
    assertEquals(2, stored.said().size());
  }

  @Test
  void whatWasStoredBeforeTheStart_counts() throws Exception {
    start(Map.of());
    assertEquals(200, ask(OwnerCases.ACME, "c1", "x".repeat(70_000)).status());
    application.close();
    start(Map.of("helix.owner.max.bytes", "64KiB"));
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    int status = 200;
    for (int i = 0; status == 200 && System.nanoTime() < end; i++) {
      // Until all is counted, turns are taken.
      status = ask(OwnerCases.ACME, "d" + i % 2, "x").status();
    }
    assertEquals(403, status);
  }
}
