package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Upstreams that fail, in each phase of an answer: what is told, what is kept, what comes next. */
interface FailedResponseCases extends KeptServerFixture {
  @ParameterizedTest
  @EnumSource
  default void upstreamFails_whichIsTold_andStoredAsFailed_andTheNextTurnWorks(
      UpstreamPhase phase) {
    for (boolean stream : new boolean[] {false, true}) {
      String id = Endpoint.freshId();
      Said first = server().responder("X-Conversation-ID", id).whole(Responder.asks("One"), "1");
      Responder responder = server().responder();
      String session = first.http().header("X-Session-ID");
      ObjectNode inConversation = Responder.asks("Two").put("conversation", id);
      fail(phase, stream, responder, inConversation);
      fail(phase, stream, responder, Responder.follows("Three", first.id()));
      String because = phase + " " + stream;
      assertEquals(List.of("user:One", "assistant:1"), server().path(session), because);
      Said next = responder.whole(Responder.asks("On").put("conversation", id), "2");
      assertEquals(List.of("user:One", "assistant:1", "user:On"), next.sent(), because);
      Said fork = responder.streamed(Responder.follows("Go", first.id()), "3");
      assertEquals(List.of("user:One", "assistant:1", "user:Go"), fork.sent(), because);
      assertEquals(first.response(), responder.get("/" + first.id()));
      // Each question is there once.
      List<String> said = server().said(session);
      for (String question : List.of("One", "Two", "Three", "On", "Go")) {
        assertEquals(1, said.stream().filter(("user:" + question)::equals).count(), because + said);
      }
    }
  }

  private void fail(UpstreamPhase phase, boolean stream, Responder responder, ObjectNode request) {
    phase.prepare(server());
    try (RawClient client = responder.post(request.put("stream", stream))) {
      phase.fail(server(), stream);
      RawResponse response = client.response();
      response.rest();
      if (response.status() == 200) {
        assertTrue(stream, response::text);
        told(phase, responder, response);
      } else {
        String code = Errors.check(phase.status, response).path("code").asText();
        assertEquals(phase.code, code, response::text);
        assertEquals(phase == UpstreamPhase.TOO_MANY ? "7" : null, response.header("Retry-After"));
      }
    } finally {
      server().upstream().forget();
    }
  }

  /** A stream that had begun ends well, with the error, and that is stored. */
  private static void told(UpstreamPhase phase, Responder responder, RawResponse response) {
    assertTrue(response.text().endsWith("\n\ndata: [DONE]\n\n"), response::text);
    List<JsonNode> events = Responder.events(response.text());
    JsonNode error = events.get(events.size() - 2);
    assertEquals("error", error.path("type").asText(), response::text);
    assertEquals(phase.code, error.path("code").asText(), response::text);
    JsonNode last = events.get(events.size() - 1);
    assertEquals("response.failed", last.path("type").asText(), response::text);
    JsonNode failed = last.path("response");
    assertEquals(error.path("message"), failed.at("/error/message"));
    JsonNode item = failed.at("/output/0");
    assertEquals(phase.came.isEmpty() ? 0 : 1, failed.path("output").size(), failed::toString);
    if (!phase.came.isEmpty()) {
      String came =
          item.path("type").asText().equals("message")
              ? item.at("/content/0/text").asText()
              : item.path("type").asText();
      assertEquals(phase.came, came);
      assertEquals("incomplete", item.path("status").asText());
    }
    String id = failed.path("id").asText();
    assertEquals(failed, responder.get("/" + id));
    RawResponse refused = responder.refused(Responder.follows("And?", id));
    JsonNode why = Errors.check(400, refused);
    assertEquals("previous_response_id", why.path("param").asText());
  }

  /** What is asked first, and is refused, leaves no session. */
  @ParameterizedTest
  @EnumSource(names = {"CONNECTION", "REFUSAL", "TOO_MANY", "SERVER_ERROR"})
  default void firstQuestionThatIsRefused_leavesNothing(UpstreamPhase phase) {
    int before = server().sessions();
    for (boolean stream : new boolean[] {false, true}) {
      fail(phase, stream, server().responder(), Responder.asks("First"));
      assertEquals(before, server().sessions(), phase + " " + stream);
    }
  }

  /** Chat sends usage last, and some send none: the answer is whole all the same. */
  @ParameterizedTest
  @EnumSource
  default void upstreamThatEndsBehindItsFinish_withoutUsage_hasAnswered(WholeWithoutUsage end) {
    Responder responder = server().responder();
    try (RawClient client = responder.post(Responder.asks("Q").put("stream", end.stream))) {
      end.answer(server().upstream().next());
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      JsonNode told =
          end.stream
              ? Responder.events(response.text()).stream()
                  .reduce((a, b) -> b)
                  .get()
                  .path("response")
              : Json.read(response.received());
      assertEquals("completed", told.path("status").asText(), told::toString);
      assertEquals("A", Responder.textOf(told));
      assertEquals(0, told.at("/usage/total_tokens").asInt(-1));
      assertEquals(told, responder.get("/" + told.path("id").asText()));
      assertNull(told.path("error").textValue());
    }
  }
}
