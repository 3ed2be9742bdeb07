package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.AnswerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer that other programs keep as one message, with all its calls of tools, taken apart as it
 * goes over the wire: calls, their results, and the last text, which has the answer's id. A call
 * without a result is left out, as it is of later requests. One for each answer; not thread-safe.
 */
final class Rounds {
  private final String chat;
  private final ObjectNode json = Wire.message("assistant", "");
  private final List<ObjectNode> messages = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private final List<String> thoughts = new ArrayList<>();
  private final Map<String, ObjectNode> calls = new LinkedHashMap<>();
  private final Map<String, String> results = new LinkedHashMap<>();

  /** Rounds of a chat of this id. */
  Rounds(String chat) {
    this.chat = chat;
  }

  void text(String text) {
    if (!results.isEmpty()) {
      end();
    }
    if (!text.isEmpty()) {
      texts.add(text);
    }
  }

  void thought(String text) {
    if (!results.isEmpty()) {
      end();
    }
    if (!text.isBlank()) {
      thoughts.add(text);
    }
  }

  void call(String id, String name, JsonNode arguments) {
    if (!results.isEmpty()) {
      end();
    }
    String called = name == null ? "tool" : name;
    calls.put(id, Wire.call(Wire.message("assistant", ""), id, called, Wire.arguments(arguments)));
  }

  /** The result of a call; nothing where there is no such call. */
  void result(String id, String text) {
    if (calls.containsKey(id)) {
      results.put(id, text);
    }
  }

  /** A field beside the last text. */
  ObjectNode json() {
    return json;
  }

  /** Whether there is nothing yet, or only calls. */
  boolean isSilent() {
    return texts.isEmpty() && messages.isEmpty();
  }

  private void end() {
    ObjectNode message = Wire.message("assistant", String.join("\n", texts));
    think(message);
    for (Map.Entry<String, String> result : results.entrySet()) {
      message.withArray("/tool_calls").add(calls.get(result.getKey()).path("tool_calls").get(0));
    }
    messages.add(message);
    results.forEach((id, text) -> messages.add(Wire.result(id, text)));
    texts.clear();
    calls.clear();
    results.clear();
  }

  private void think(ObjectNode message) {
    if (!thoughts.isEmpty()) {
      message.put("reasoning_content", String.join("\n", thoughts));
      thoughts.clear();
    }
  }

  /**
   * All messages of the answer.
   *
   * @param status of the last; an answer that says nothing behind its tools was broken off
   */
  List<ReadMessage> messages(
      String id, String parent, Instant time, String model, AnswerStatus status) {
    if (!results.isEmpty()) {
      end();
    }
    json.put("content", String.join("\n", texts));
    think(json);
    boolean silent = texts.isEmpty() && !messages.isEmpty() && status == AnswerStatus.COMPLETED;
    List<ReadMessage> read = new ArrayList<>();
    String above = parent;
    String hash = messages.isEmpty() ? "" : Values.hash(chat, id);
    for (ObjectNode message : messages) {
      String own = "m-" + Values.hash(hash, "" + read.size());
      boolean calling = message.path("role").asText().equals("assistant");
      read.add(
          new ReadMessage(
              own,
              above,
              message,
              time,
              calling ? model : null,
              calling ? AnswerStatus.COMPLETED : null));
      above = own;
    }
    read.add(
        new ReadMessage(id, above, json, time, model, silent ? AnswerStatus.CANCELLED : status));
    return read;
  }
}
