package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.SocketClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Responses over a WebSocket. */
@Check("responses over a WebSocket")
interface SocketCases extends Fixture {
  private static void answer(Call call, String... words) {
    call.beginSse();
    Completions.chunks(words).forEach(call::sse);
    call.end();
  }

  private static String previous(JsonNode answer) {
    return "'previous_response_id':'" + answer.at("/response/id").asText() + "'";
  }

  @Test
  default void frames_areAnsweredInTheirOrder_withTheEventsOfAStream() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    try (SocketClient client = SocketClient.connect(endpoint.url(), "X-Conversation-ID", id)) {
      client.ask("One").ask("Two", "'stream':false");
      Call first = endpoint.upstream().next();
      first.beginSse();
      first.sse(Completions.role());
      first.sse(Completions.delta("Fi"));
      client.awaitPing();
      first.sse(Completions.delta("rst"));
      first.sse(Completions.finish("stop"));
      first.sse(Completions.DONE);
      first.end();
      List<JsonNode> events = client.answer();
      assertEquals("response.created", events.get(0).path("type").asText());
      for (int i = 0; i < events.size(); i++) {
        assertEquals(i, events.get(i).path("sequence_number").asInt());
      }
      JsonNode completed = events.get(events.size() - 1);
      assertEquals("First", Responder.textOf(completed.path("response")));
      Call second = endpoint.upstream().next();
      answer(second, "Second");
      JsonNode last = client.last();
      assertEquals("Second", Responder.textOf(last.path("response")));
      Responder responder = new Responder(endpoint, "X-Conversation-ID", id);
      assertEquals(last.path("response"), responder.get("/" + last.at("/response/id").asText()));
    }
    assertEquals(
        List.of("user:One", "assistant:First", "user:Two", "assistant:Second"),
        endpoint.stored("conv-" + id).said());
  }

  @Test
  default void unstoredResponse_isFollowedOnItsConnectionAlone_andNotBehindAnError() {
    Endpoint endpoint = usual();
    try (SocketClient client = SocketClient.connect(endpoint.url());
        SocketClient other = SocketClient.connect(endpoint.url())) {
      client.ask("One", "'store':false");
      answer(endpoint.upstream().next(), "First");
      JsonNode first = client.last();
      other.ask("Two", "'store':false", previous(first));
      JsonNode refused = other.next();
      assertEquals("error", refused.path("type").asText());
      assertEquals(400, refused.path("status").asInt());
      assertEquals("previous_response_not_found", refused.at("/error/code").asText());
      client.ask("Two", "'store':false", previous(first));
      Call call = endpoint.upstream().next();
      assertEquals(
          List.of("user:One", "assistant:First", "user:Two"), Responder.sent(call.request()));
      call.respondJson(429, "{\"error\":{\"message\":\"Slow\"}}", "Retry-After", "7");
      JsonNode failed = client.next();
      assertEquals(429, failed.path("status").asInt(), failed::toString);
      client.ask("Two", "'store':false", previous(first));
      assertEquals("previous_response_not_found", client.next().at("/error/code").asText());
    }
  }

  @Test
  default void callerWhoLeaves_cancelsItsTurn() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    SocketClient client = SocketClient.connect(endpoint.url(), "X-Conversation-ID", id);
    client.ask("One");
    Call call = endpoint.upstream().next();
    call.beginSse();
    call.sse(Completions.role());
    call.sse(Completions.delta("Fi"));
    while (!client.next().path("type").asText().endsWith(".delta")) {
      // What comes before the text.
    }
    client.leave();
    call.awaitClosedByPeer(CallerCases.NOTICED);
    StoredSession stored = endpoint.stored("conv-" + id);
    stored.await("the answer's beginning", s -> s.answers("cancelled").contains("Fi"));
    assertEquals(List.of("user:One", "assistant:Fi"), stored.said());
  }

  @Test
  default void whatIsNoFrame_isRefused_andTheNextOneIsAnswered() {
    Endpoint endpoint = usual();
    try (SocketClient client = SocketClient.connect(endpoint.url())) {
      client.send("{'type'");
      assertEquals(400, client.next().path("status").asInt());
      client.send("{'type':'response.cancel'}");
      assertEquals("type", client.next().at("/error/param").asText());
      client.ask("x".repeat(1 << 20));
      JsonNode large = client.next();
      assertEquals(413, large.path("status").asInt());
      assertEquals("request_too_large", large.at("/error/code").asText());
      client.sendPart("{\"type\":\"response.create\",\"mo", false);
      client.sendPart("del\":\"m\",\"input\":\"\uD83D\uDE00", false);
      client.sendPart("\"}", true);
      Call call = endpoint.upstream().next();
      assertEquals(List.of("user:\uD83D\uDE00"), Responder.sent(call.request()));
      answer(call, "Fine");
      assertEquals("Fine", Responder.textOf(client.last().path("response")));
      client.sendBytes();
      assertTrue(client.awaitClosed().startsWith("1003"), client::awaitClosed);
    }
  }

  @Test
  default void pagesOfOthers_openNone() {
    Endpoint endpoint = usual();
    assertEquals(403, SocketClient.refused(endpoint.url(), "Origin", "https://evil.example"));
    assertEquals(403, SocketClient.refused(endpoint.url(), "Origin", "http://127.0.0.1:1"));
    String own = endpoint.url().toString().replaceFirst("(://[^/]*).*", "$1");
    SocketClient.connect(endpoint.url(), "Origin", own).close();
  }

  @Test
  default void callers_needTheirKeys() {
    Endpoint owners = servers().endpoint(Group.OWNERS);
    assertEquals(401, SocketClient.refused(owners.url()));
  }
}
