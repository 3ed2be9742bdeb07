package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Turns that go well, streamed: what arrives, when, and what is on the disk by then. */
@Check("streaming, token by token")
interface StreamingCases extends Fixture {
  @Test
  default void streamedTurn_eachTokenArrivesBeforeTheNextIsSent_andTheTurnIsStored() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Hello there")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.role());
      call.sse(Completions.delta("One"));
      RawResponse response = client.response();
      assertEquals(200, response.status());
      assertTrue(response.header("Content-Type").startsWith("text/event-stream"));
      Talk.hears(response, "One");
      call.sse(Completions.delta(" two"));
      Talk.hears(response, " two");
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      String last = null;
      for (String data = response.data(); data != null; data = response.data()) {
        last = data;
      }
      assertEquals(Completions.DONE, last);
      assertFalse(response.isCut());
    }

    StoredSession stored = talk.stored();
    assertEquals(List.of("user:Hello there", "assistant:One two"), stored.said());
    JsonNode question = stored.nodes().get(0);
    JsonNode answer = stored.nodes().get(1);
    assertTrue(question.path("parent_id").isNull(), question::toString);
    assertEquals(question.path("id").asText(), answer.path("parent_id").asText());
    assertFalse(question.path("timestamp").asText().isBlank());
    assertEquals(Completions.MODEL, answer.path("model").asText());
    assertEquals("stop", answer.path("finish_reason").asText());
    assertEquals("completed", answer.path("status").asText());
  }

  @Test
  @Check("the first byte at once")
  default void firstEvent_arrivesBeforeAnythingElseIsSent() {
    Endpoint endpoint = impatient(); // no comment follows it soon, which would bring it along
    try (RawClient client = endpoint.talk().http().stream("Quick")) {
      client.deadline(Duration.ofSeconds(1));
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Here"));
      Talk.hears(client.response(), "Here");
    }
  }

  @Test
  default void firstTurn_namesTheSession_andLaysOutItsFolder() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    Talk talk = endpoint.talkIn(id);
    RawResponse response = talk.whole("Build me a shed.\nA small one.", "Gladly.");
    assertEquals("conv-" + id, response.header("X-Session-ID"));
    assertEquals(id, response.header("X-Conversation-ID"));

    JsonNode status = talk.stored().status();
    assertEquals("conv-" + id, status.path("session_id").asText());
    assertEquals("discussing", status.path("status").asText());
    assertEquals(id, status.path("conversation_id").asText());
    assertEquals("Build me a shed.\nA small one.", status.path("original_request").asText());
    for (String key : List.of("step", "created_at", "updated_at")) {
      assertTrue(status.path(key).isTextual(), key);
    }
    assertEquals(
        "# User Request\n\nBuild me a shed.\nA small one.",
        talk.stored().request().stripTrailing());
  }

  @Test
  default void streamedBytes_areForwardedExactlyAsTheyCame() {
    Endpoint endpoint = impatient(); // its own comments come too late to mix in
    Talk talk = endpoint.talk();
    String delta = Completions.delta("caf\u00e9 \ud83d\ude00").replace("\":", "\" :\t");
    String sent =
        ": welcome\r\n\r\n"
            + ("event: message\r\nid: 7\r\nretry: 10\r\ndata:" + Completions.role() + "\r\n\r\n")
            + ("data:   " + delta + "  \n\n")
            + ":\n\n"
            + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" \\u00fc\\n\"},\"x\":1e400}]"
            + ",\"vendor\":{\"b\":1,\"a\":[ ]}}\nunknown: field\nnocolon\n\n"
            + ("data: " + Completions.finish("stop") + "\r\n\r\n")
            + "data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n"
            + "data: [DONE]\r\n\r\n";
    byte[] bytes = sent.getBytes(StandardCharsets.UTF_8);
    try (RawClient client = talk.http().stream("Exactly")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      for (int from = 0; from < bytes.length; from += 7) { // splits lines and characters alike
        call.chunk(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 7)));
      }
      call.end();
      RawResponse response = client.response();
      assertEquals(sent, response.restText());
      assertFalse(response.isCut());
    }
    assertEquals("caf\u00e9 \ud83d\ude00 \u00fc\n", talk.stored().answers("completed").get(0));
  }

  @Test
  default void done_isHeldBackUntilTheReplyIsOnDisk() {
    Endpoint endpoint = usual();
    for (int i = 0; i < 10; i++) {
      Talk talk = endpoint.talk();
      try (RawClient client = talk.http().stream("Quick " + i)) {
        Call call = endpoint.upstream().next();
        call.beginSse();
        Completions.chunks("a", "b").forEach(call::sse);
        RawResponse response = client.response();
        String data = response.data();
        while (!data.equals(Completions.DONE)) {
          data = response.data();
        }
        assertEquals(List.of("ab"), talk.stored().answers("completed"));
        call.end();
        assertNull(response.data());
      }
    }
  }

  @Test
  default void wholeTurn_bodyComesBackAsItWas_andIsOnDiskByThen() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    ObjectNode completion = (ObjectNode) Json.read(Completions.completion("Whole"));
    completion.putObject("x_vendor").put("seed", 7).putArray("odd");
    String body = completion.toPrettyString();
    try (RawClient client = talk.http().ask("All at once")) {
      endpoint.upstream().next().respondJson(200, body);
      RawResponse response = client.response();
      assertEquals(200, response.status());
      assertTrue(response.header("Content-Type").startsWith("application/json"));
      assertEquals(body, response.restText());
      assertEquals(List.of("user:All at once", "assistant:Whole"), talk.stored().said());
    }
  }

  @Test
  default void silentUpstream_commentsGoOut_butOnlyBetweenEvents() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Slowly")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("One"));
      RawResponse response = client.response();
      Talk.hears(response, "One");
      response.comment();
      response.comment();

      String event = "data: " + Completions.delta("two") + "\n\n";
      call.chunk(event.substring(0, 30));
      client.deadline(Duration.ofMillis(1500)); // three comments' time
      StringBuilder heard = new StringBuilder();
      assertThrows(
          AssertionError.class,
          () -> {
            while (true) {
              heard.append(new String(response.some(), StandardCharsets.UTF_8));
            }
          });
      String inside = heard.toString().replaceFirst("^(:[^\n]*\n)+", "");
      assertTrue(event.startsWith(inside), inside);

      client.deadline(Duration.ofSeconds(20));
      call.chunk(event.substring(30));
      String rest = response.line();
      assertEquals("data: " + Completions.delta("two") + "\n", inside + rest);
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      assertTrue(response.restText().endsWith("data: [DONE]\n\n"));
    }
    assertEquals(List.of("Onetwo"), talk.stored().answers("completed"));
  }

  @Test
  default void streamThatEndsAfterAFinishReasonWithoutDone_isComplete() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("No done")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("All of it"));
      call.sse(Completions.finish("stop"));
      call.end();
      RawResponse response = client.response();
      assertFalse(response.restText().contains("\"error\""), response::text);
      assertFalse(response.isCut());
    }
    talk.stored().await("a completed answer", s -> s.answers("completed").size() == 1);
    assertEquals(List.of("All of it"), talk.stored().answers("completed"));
  }

  @Test
  default void choices_streamedInTurns_areAnswersSideBySide() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    talk.http().add(Json.message("user", "Twice"));
    try (RawClient client = talk.http().post(talk.http().body(true).put("n", 2))) {
      Call call = endpoint.upstream().next();
      assertEquals(2, call.request().json().path("n").asInt());
      call.beginSse();
      call.sse(Completions.delta(0, "left "));
      call.sse(Completions.delta(1, "right "));
      call.sse(Completions.delta(0, "one"));
      call.sse(Completions.delta(1, "two"));
      call.sse(Completions.finish(0, "stop"));
      call.sse(Completions.finish(1, "length"));
      call.sse(Completions.DONE);
      call.end();
      client.response().rest();
    }
    List<JsonNode> nodes = talk.stored().nodes();
    assertEquals(
        List.of("user:Twice", "assistant:left one", "assistant:right two"), talk.stored().said());
    assertEquals("length", nodes.get(2).path("finish_reason").asText());
    for (JsonNode answer : nodes.subList(1, 3)) {
      assertEquals(nodes.get(0).path("id").asText(), answer.path("parent_id").asText());
    }
  }

  @Test
  default void choices_ofAWholeBody_areAnswersSideBySide() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    talk.http().add(Json.message("user", "Twice at once"));
    ObjectNode body = (ObjectNode) Json.read(Completions.completion("left"));
    ObjectNode second = body.withArray("choices").addObject().put("index", 1);
    second.set("message", Json.message("assistant", "right"));
    second.put("finish_reason", "stop");
    try (RawClient client = talk.http().post(talk.http().body(false).put("n", 2))) {
      endpoint.upstream().next().respondJson(200, body.toString());
      client.response().rest();
    }
    assertEquals(
        List.of("user:Twice at once", "assistant:left", "assistant:right"), talk.stored().said());
  }

  @Test
  default void toolCalls_streamedInPieces_areCollected_andTheirResultsFollow() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Weather?")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.chunk(0, toolCall(0, "call_a", "weather", ""), null));
      call.sse(Completions.chunk(0, toolCall(0, null, null, "{\"city\":"), null));
      call.sse(Completions.chunk(0, toolCall(1, "call_b", "time", "{}"), null));
      call.sse(Completions.chunk(0, toolCall(0, null, null, "\"Oslo\"}"), null));
      call.sse(Completions.finish("tool_calls"));
      call.sse(Completions.DONE);
      call.end();
      client.response().rest();
    }
    JsonNode answer = talk.stored().nodes().get(1);
    assertEquals("tool_calls", answer.path("finish_reason").asText());
    JsonNode calls = answer.path("tool_calls");
    assertEquals(2, calls.size(), answer::toString);
    assertEquals("call_a", calls.path(0).path("id").asText());
    assertEquals("function", calls.path(0).path("type").asText());
    assertEquals("weather", calls.path(0).path("function").path("name").asText());
    assertEquals("{\"city\":\"Oslo\"}", calls.path(0).path("function").path("arguments").asText());
    assertEquals("{}", calls.path(1).path("function").path("arguments").asText());

    ObjectNode resent = Json.object().put("role", "assistant").putNull("content");
    resent.set("tool_calls", calls);
    talk.http().add(resent);
    talk.http().add(Json.message("tool", "rain").put("tool_call_id", "call_a"));
    talk.http().add(Json.message("tool", "noon").put("tool_call_id", "call_b"));
    talk.streamedAsIs(talk.http().post(talk.http().body(true)), "Rain", " at noon");
    List<JsonNode> nodes = talk.stored().nodes();
    assertEquals(5, nodes.size(), nodes::toString);
    for (int i = 1; i < nodes.size(); i++) {
      assertEquals(nodes.get(i - 1).path("id"), nodes.get(i).path("parent_id"), nodes::toString);
    }
  }

  private static ObjectNode toolCall(int index, String id, String name, String arguments) {
    ObjectNode delta = Json.object();
    ObjectNode call = delta.putArray("tool_calls").addObject().put("index", index);
    if (id != null) {
      call.put("id", id).put("type", "function");
    }
    ObjectNode function = call.putObject("function");
    if (name != null) {
      function.put("name", name);
    }
    function.put("arguments", arguments);
    return delta;
  }
}
