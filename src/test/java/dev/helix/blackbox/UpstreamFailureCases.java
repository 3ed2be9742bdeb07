package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * An upstream that is late, talks nonsense or dies: the question stays. One that refuses a first
 * question: nothing stays. The next turn works.
 */
@Check("upstreams that fail")
interface UpstreamFailureCases extends Fixture {
  @Test
  default void upstreamIsCutMidStream_clientGetsErrorEvent_partialAnswerIsKept() {
    diesMidStream(Call::cut, "");
  }

  @Test
  default void upstreamResetsMidStream_clientGetsErrorEvent_partialAnswerIsKept() {
    diesMidStream(Call::reset, "");
  }

  @Test
  default void upstreamDiesInsideALine_theLineIsEndedBeforeTheErrorEvent() {
    diesMidStream(Call::cut, "data: {\"choices\":[{\"index\":0,\"del");
  }

  @Test
  default void upstreamDiesBetweenALineAndItsEventsEnd_theErrorIsAnEventOfItsOwn() {
    diesMidStream(Call::cut, "data: " + Completions.delta(" more") + "\n");
  }

  @Test
  default void streamThatEndsBeforeAFinishReason_isFailed() {
    diesMidStream(Call::end, "");
  }

  private void diesMidStream(Consumer<Call> death, String lastWords) {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Will you live?")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.role());
      call.sse(Completions.delta("Only so"));
      RawResponse response = client.response();
      Talk.hears(response, "Only so");
      if (!lastWords.isEmpty()) {
        call.chunk(lastWords);
      }
      death.accept(call);
      Talk.hearsErrorAtTheEnd(response);
      assertFalse(response.text().contains(Completions.DONE), response::text);
      assertTrue(response.text().contains("\ndata: {\"error\""), response::text);
    }
    talk.stored().await("a failed answer", s -> s.answers("failed").size() == 1);
    assertTrue(talk.stored().answers("failed").get(0).startsWith("Only so"));
    assertEquals("user:Will you live?", talk.stored().said().get(0));
    talk.streamed("And now?", "Now I do");
    assertEquals(List.of("Now I do"), talk.stored().answers("completed"));
  }

  @Test
  default void streamThatBreaks_isCutBehindItsError_butNotForOpenWebUi_andTheNextTurnWorks() {
    Endpoint endpoint = usual();
    for (String[] headers : new String[][] {{}, {"X-OpenWebUI-Task", ""}}) {
      for (Consumer<Call> death : List.<Consumer<Call>>of(Call::cut, Call::end, Call::reset)) {
        Talk talk = endpoint.talk(headers);
        try (RawClient client = talk.http().stream("Will you live?")) {
          Call call = endpoint.upstream().next();
          call.beginSse();
          call.sse(Completions.delta("Only so"));
          RawResponse response = client.response();
          Talk.hears(response, "Only so");
          death.accept(call);
          Talk.hearsErrorAtTheEnd(response);
          assertEquals(cutsConnections() && headers.length == 0, response.isCut());
        }
        talk.streamed("And now?", "Now I do");
      }
    }
  }

  @Test
  default void upstreamRefusesConnections_502_thenTheNextTurnWorks() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    endpoint.upstream().down();
    try (RawClient client = talk.http().stream("Anyone there?")) {
      Errors.check(502, client.response());
    }
    assertFalse(talk.stored().exists());
    endpoint.upstream().up();
    talk.http().messages().clear();
    talk.streamed("Anyone there?", "Yes");
    assertEquals(List.of("user:Anyone there?", "assistant:Yes"), talk.stored().said());
  }

  @Test
  default void upstreamDiesBeforeItsHead_502_questionIsKept() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().ask("Hello?")) {
      // A dead connection may be a stale one, which is tried again once; a dead server is not.
      endpoint.upstream().next().cut();
      Call again = endpoint.upstream().poll(Duration.ofMillis(500));
      if (again != null) {
        again.cut();
      }
      Errors.check(502, client.response());
    }
    assertEquals(List.of("user:Hello?"), talk.stored().said());
  }

  @Test
  default void wholeBodyCutShort_424_questionIsKept() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().ask("All of it, please")) {
      Call call = endpoint.upstream().next();
      call.raw(
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n"
              + "{\"id\":\"x\",\"choices\":[");
      call.cut();
      Errors.check(424, client.response());
    }
    assertEquals("user:All of it, please", talk.stored().said().get(0));
    assertEquals(List.of(), talk.stored().answers("completed"));
  }

  @Test
  default void silentUpstream_504_streamedOrNot_andTheUpstreamRequestIsClosed() {
    Endpoint endpoint = impatient();
    for (boolean stream : new boolean[] {false, true}) {
      Talk talk = endpoint.talk();
      talk.http().add(Json.message("user", "Take your time"));
      try (RawClient client = talk.http().post(talk.http().body(stream))) {
        Call call = endpoint.upstream().next();
        Errors.check(504, client.response());
        call.awaitClosedByPeer(Duration.ofSeconds(5));
      }
      assertEquals(List.of("user:Take your time"), talk.stored().said());
      talk.http().messages().clear();
      talk.streamed("Faster", "Yes");
    }
  }

  @Test
  default void streamThatFallsSilent_endsWithAnErrorEvent_partialAnswerIsKept() {
    Endpoint endpoint = impatient();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Go on")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Well"));
      RawResponse response = client.response();
      Talk.hears(response, "Well");
      Talk.hearsErrorAtTheEnd(response);
      call.awaitClosedByPeer(Duration.ofSeconds(5));
    }
    talk.stored().await("a failed answer", s -> s.answers("failed").equals(List.of("Well")));
  }

  @Test
  default void errorAfterTheStreamHasBegun_goesIntoTheStream() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Think first")) {
      Call call = endpoint.upstream().next();
      RawResponse response = client.response(); // begun by commit-after, not by the upstream
      assertEquals(200, response.status());
      assertTrue(response.header("Content-Type").startsWith("text/event-stream"));
      response.comment();
      call.respondJson(500, Completions.error("out of memory", "server_error", "oom"));
      JsonNode error = Talk.hearsErrorAtTheEnd(response);
      assertEquals("out of memory", error.path("message").asText());
      assertEquals("oom", error.path("code").asText());
    }
    assertFalse(talk.stored().exists());
  }

  @Test
  default void tooManyRequests_staysItself_withRetryAfter() {
    Endpoint endpoint = usual();
    for (boolean stream : new boolean[] {true, false}) {
      Talk talk = endpoint.talk();
      talk.http().add(Json.message("user", "Me too"));
      try (RawClient client = talk.http().post(talk.http().body(stream))) {
        endpoint
            .upstream()
            .next()
            .respondJson(
                429, Completions.error("slow down", "rate_limit", "rl"), "Retry-After", "17");
        RawResponse response = client.response();
        JsonNode error = Errors.check(429, response);
        assertEquals("17", response.header("Retry-After"));
        assertEquals("slow down", error.path("message").asText());
        assertEquals("rate_limit", error.path("type").asText());
        assertEquals("rl", error.path("code").asText());
      }
      assertFalse(talk.stored().exists());
    }
  }

  @TestFactory
  default Stream<DynamicTest> upstreamsErrorStatus_isTheCallers_andItsObjectIsCompleted() {
    return Stream.of(400, 401, 403, 404, 500, 503)
        .map(status -> DynamicTest.dynamicTest("" + status, () -> passesOn(status)));
  }

  private void passesOn(int status) {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Please")) {
      endpoint
          .upstream()
          .next()
          .respondJson(status, "{\"error\":{\"message\":\"because\",\"x_hint\":[1]}}");
      JsonNode error = Errors.check(status, client.response());
      assertEquals("because", error.path("message").asText());
      assertEquals("[1]", error.path("x_hint").toString());
    }
    assertFalse(talk.stored().exists());
  }

  @Test
  default void keyThatTheUpstreamSendsBack_reachesNeitherTheCallerNorTheLog() {
    Endpoint endpoint = usual();
    for (boolean stream : new boolean[] {false, true}) {
      Talk talk = endpoint.talk();
      talk.http().add(Json.message("user", "Please"));
      try (RawClient client = talk.http().post(talk.http().body(stream))) {
        Call call = endpoint.upstream().next();
        String given = call.request().header("Authorization");
        assertTrue(given.contains(Endpoint.OWN_KEY));
        String quoted = "no such key: " + given;
        if (stream) {
          call.beginSse();
          call.sse(Completions.error(quoted, "auth", given)); // Behind it nobody listens.
        } else {
          call.respondJson(401, Completions.error(quoted, "auth", given));
        }
        RawResponse response = client.response();
        assertTrue(response.restText().contains("no such key: Bearer ***"), response::text);
        assertFalse(response.text().contains(Endpoint.OWN_KEY), response::text);
      }
    }
    assertFalse(endpoint.log().contains(Endpoint.OWN_KEY));
  }

  @TestFactory
  default Stream<DynamicTest> answerThatIsNoChatCompletion_becomesAnErrorOfOurs() {
    String html = "<!DOCTYPE html><h1>Bad gateway</h1>";
    return Stream.of(
        nonsense("HTML 502", 502, "text/html", html, 502),
        nonsense("HTML 503", 503, "text/html", html, 503),
        nonsense("HTML 404", 404, "text/html", html, 404),
        nonsense("HTML 200", 200, "text/html", html, 424),
        nonsense("empty 500", 500, "text/plain", "", 500),
        nonsense("other JSON 400", 400, "application/json", "{\"detail\":\"nope\"}", 400),
        nonsense("a redirect", 302, "text/plain", "elsewhere", 502));
  }

  private DynamicTest nonsense(
      String name, int status, String contentType, String body, int expected) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          for (boolean stream : new boolean[] {true, false}) {
            Endpoint endpoint = usual();
            Talk talk = endpoint.talk();
            talk.http().add(Json.message("user", "Sense, please"));
            try (RawClient client = talk.http().post(talk.http().body(stream))) {
              endpoint
                  .upstream()
                  .next()
                  .respond(status, contentType, body.getBytes(StandardCharsets.UTF_8));
              RawResponse response = client.response();
              Errors.check(expected, response);
              assertFalse(response.text().contains("<h1>"), response::text);
            }
            assertEquals(status == 200, talk.stored().exists());
          }
        });
  }

  @Test
  default void jsonWithStatus200ThatIsBroken_424_questionIsKept() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().ask("Whole")) {
      endpoint.upstream().next().respondJson(200, "{\"choices\":[{");
      Errors.check(424, client.response());
    }
    assertEquals(List.of("user:Whole"), talk.stored().said());
  }

  @Test
  default void connectionsThatTheUpstreamClosedInSilence_costNoTurn() {
    Endpoint endpoint = usual();
    endpoint.upstream().closeAfterEachReply(true);
    Talk talk = endpoint.talk();
    for (int turn = 1; turn <= 40; turn++) {
      talk.streamed("Turn " + turn, "ok");
      talk.whole("Whole turn " + turn, "fine");
    }
    assertEquals(160, talk.stored().nodes().size());
  }
}
