package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A conversation that goes on by chat completions and by responses, in turns of any kind. It knows
 * all that was said, and checks that each turn's upstream was told it. Not thread-safe.
 */
final class MixedTurns {
  /** How a turn is asked for. */
  enum Kind {
    CHAT_STORED,
    CHAT_RESENT,
    RESPONSE_STORED,
    RESPONSE_RESENT
  }

  private final KeptServer server;
  private final String id = Endpoint.freshId();
  private final List<JsonNode> history = new ArrayList<>();
  private final Map<String, JsonNode> told = new TreeMap<>();
  private String session;

  MixedTurns(KeptServer server) {
    this.server = server;
  }

  /** A question, which is answered with a text. */
  void ask(Kind kind, boolean stream, String question, String answer) {
    turn(kind, stream, Json.message("user", question), Json.message("assistant", answer));
  }

  /** A question, which is answered with a call of a tool. */
  void askForCall(Kind kind, boolean stream, String question, String callId) {
    ObjectNode answer = Json.object().put("role", "assistant").putNull("content");
    ObjectNode call = answer.putArray("tool_calls").addObject().put("id", callId);
    call.put("type", "function").putObject("function").put("name", "w").put("arguments", "{}");
    turn(kind, stream, Json.message("user", question), answer);
  }

  /** The output of a call, which is answered with a text. */
  void giveOutput(Kind kind, boolean stream, String callId, String output, String answer) {
    turn(
        kind,
        stream,
        Json.message("tool", output).put("tool_call_id", callId),
        Json.message("assistant", answer));
  }

  private void turn(Kind kind, boolean stream, ObjectNode said, ObjectNode answer) {
    history.add(said);
    boolean chat = kind == Kind.CHAT_STORED || kind == Kind.CHAT_RESENT;
    try (RawClient client = chat ? chat(kind, stream) : response(kind, stream)) {
      Call call = server.upstream().next();
      assertEquals(texts(history), Responder.sent(call.request()), kind + " " + history.size());
      assertEquals(
          said.path("tool_call_id"),
          call.request().json().path("messages").path(history.size() - 1).path("tool_call_id"));
      answer(call, stream, answer);
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      session = response.header("X-Session-ID");
      if (!chat) {
        keep(stream, response);
      }
    }
    history.add(answer);
  }

  private RawClient chat(Kind kind, boolean stream) {
    boolean stored = kind == Kind.CHAT_STORED;
    List<JsonNode> sent = stored ? history.subList(history.size() - 1, history.size()) : history;
    String mode = stored ? "stored" : "client";
    return server.post(id, mode, stream, sent.toArray(JsonNode[]::new));
  }

  private RawClient response(Kind kind, boolean stream) {
    boolean stored = kind == Kind.RESPONSE_STORED;
    ObjectNode request = Json.object().put("model", "m").put("stream", stream);
    ArrayNode input = request.putArray("input");
    List<JsonNode> sent = stored ? history.subList(history.size() - 1, history.size()) : history;
    sent.forEach(message -> input.add(item(message)));
    if (stored) {
      return server.responder().post(request.put("conversation", id));
    }
    return server.responder("X-Conversation-ID", id).post(request);
  }

  /** A message as an item; none of them has more than one call. */
  private static JsonNode item(JsonNode message) {
    if (message.has("tool_call_id")) {
      return Json.object()
          .put("type", "function_call_output")
          .put("call_id", message.path("tool_call_id").asText())
          .put("output", message.path("content").asText());
    }
    JsonNode call = message.at("/tool_calls/0");
    return call.isMissingNode()
        ? message
        : Json.object()
            .put("type", "function_call")
            .put("call_id", call.path("id").asText())
            .put("name", call.at("/function/name").asText())
            .put("arguments", call.at("/function/arguments").asText());
  }

  private static void answer(Call call, boolean stream, ObjectNode answer) {
    JsonNode tool = answer.at("/tool_calls/0");
    if (!stream) {
      call.respondJson(
          200,
          tool.isMissingNode()
              ? Completions.completion(answer.path("content").asText())
              : Responder.calls(tool.path("id").asText(), "w", "{}"));
      return;
    }
    call.beginSse();
    if (tool.isMissingNode()) {
      Completions.chunks(answer.path("content").asText()).forEach(call::sse);
      call.end();
    } else {
      ObjectNode delta = answer.deepCopy();
      ((ObjectNode) delta.at("/tool_calls/0")).put("index", 0);
      ObjectNode chunk = Json.object().put("object", "chat.completion.chunk");
      chunk.putArray("choices").addObject().put("index", 0).set("delta", delta);
      call.sse(chunk.toString());
      call.endWith(List.of(Completions.finish("tool_calls"), Completions.DONE));
    }
  }

  private void keep(boolean stream, RawResponse response) {
    JsonNode object =
        stream
            ? Responder.events(response.text()).stream()
                .reduce((a, last) -> last)
                .get()
                .path("response")
            : response.json();
    told.put(object.path("id").asText(), object);
  }

  private static List<String> texts(List<JsonNode> messages) {
    return messages.stream()
        .map(each -> each.path("role").asText() + ":" + each.path("content").asText())
        .toList();
  }

  /** Each message is stored once, in its order, and each response is as it was told. */
  void check() {
    List<String> all = texts(history).stream().map(each -> each.replace(":null", ":")).toList();
    assertEquals(all, server.said(session));
    assertEquals(all, server.path(session));
    told.forEach((name, object) -> assertEquals(object, server.responder().get("/" + name)));
  }
}
