package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * What the model says to one request: a JSON body, or a stream of deltas with a finish reason, or a
 * stream that is held after its deltas until the caller leaves, or one that ends in an error.
 * Immutable but for its JSON.
 *
 * @param body null for a stream
 * @param finish null for a body and for a stream that is held; {@link #BROKEN} for one that ends in
 *     an error
 */
record Script(int status, JsonNode body, List<JsonNode> deltas, String finish) {
  /** What the error says in which a stream ends. */
  static final String ERROR = "it broke off";

  private static final String BROKEN = "broken";

  static Script body(int status, JsonNode body) {
    return new Script(status, body, List.of(), null);
  }

  static Script text(String... pieces) {
    return new Script(200, null, contents(pieces), "stop");
  }

  /** A text that is cut off where it is as long as it may be. */
  static Script cut(String... pieces) {
    return new Script(200, null, contents(pieces), "length");
  }

  static Script held(String... pieces) {
    return new Script(200, null, contents(pieces), null);
  }

  static Script broken(String... pieces) {
    return new Script(200, null, contents(pieces), BROKEN);
  }

  static Script deltas(String finish, JsonNode... deltas) {
    return new Script(200, null, List.of(deltas), finish);
  }

  static Script fromJson(JsonNode json) {
    List<JsonNode> deltas = new ArrayList<>();
    json.path("deltas").forEach(deltas::add);
    return new Script(
        json.path("status").asInt(), json.get("body"), deltas, json.path("finish").asText(null));
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object().put("status", status);
    if (body != null) {
      json.set("body", body);
    } else {
      json.putArray("deltas").addAll(deltas);
      json.put("finish", finish);
    }
    return json;
  }

  private static List<JsonNode> contents(String... pieces) {
    List<JsonNode> deltas = new ArrayList<>();
    for (String piece : pieces) {
      deltas.add(Json.object().put("content", piece));
    }
    return deltas;
  }

  boolean isHeld() {
    return body == null && finish == null;
  }

  /** The whole reply; null for one that is held. */
  Reply reply() {
    if (body != null) {
      return Reply.json(status, body.toString());
    }
    if (isHeld()) {
      return null;
    }
    List<String> data = chunks();
    if (finish.equals(BROKEN)) {
      data.add(Completions.error(ERROR, "server_error", "broken"));
    } else {
      data.add(Completions.finish(finish));
      data.add(Completions.DONE);
    }
    return Reply.sse(data);
  }

  /** Says the deltas of a held stream and leaves it open; without any not even its head is sent. */
  void begin(Call call) {
    if (!deltas.isEmpty()) {
      call.beginSse();
      chunks().forEach(call::sse);
    }
  }

  private List<String> chunks() {
    List<String> data = new ArrayList<>();
    for (JsonNode delta : deltas) {
      data.add(Completions.chunk(0, (ObjectNode) delta, null));
    }
    return data;
  }
}
