package dev.helix.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One conversation and what the server has acknowledged of it. A turn is acknowledged when its
 * caller has seen the end of the reply; of a streamed response, {@code response.completed}. Used by
 * one thread at a time.
 */
final class Chat {
  /** Who knows the history: the client, which resends it, the server, or a response it follows. */
  enum History {
    CLIENT,
    STORED,
    FOLLOWED
  }

  private final String id = UUID.randomUUID().toString();
  private final History history;
  private final List<String> acknowledged = new ArrayList<>();

  /** The responses as they were told, by their ids. */
  private final Map<String, JsonNode> responses = new LinkedHashMap<>();

  /** The session of responses that follow one another; null until one was told. */
  private String session;

  /** A question of which the end of the reply was not seen, and which a client asks again. */
  private String open;

  private int questions;

  /** A conversation that has not begun. */
  Chat(History history) {
    this.history = history;
  }

  String sessionId() {
    return history == History.FOLLOWED ? session : "conv-" + id;
  }

  boolean isStored() {
    return history == History.STORED;
  }

  /** The texts of question and answer in turn, as far as they were acknowledged. */
  List<String> acknowledged() {
    return acknowledged;
  }

  /** How many responses were told. */
  int responses() {
    return responses.size();
  }

  /**
   * Asks one question.
   *
   * @param response whether for a response; else for a chat completion, where that can be
   * @return whether the turn was acknowledged; false if the connection broke
   * @throws AssertionError if the server answered with an error
   */
  boolean turn(URI server, boolean response, boolean streamed, int length) {
    String question = open != null ? open : "question " + questions++ + " ☂ " + "y".repeat(length);
    // With a history of its own the same question is found where it was left; else it may have been
    // answered, and would rightly be asked twice.
    open = history == History.CLIENT ? question : null;
    String answer;
    try (RawClient client = RawClient.connect(server)) {
      if (response || history == History.FOLLOWED) {
        client.post("/v1/responses", request(question, streamed).toString(), headers());
        answer = told(streamed, client.response());
      } else {
        client.post("/v1/chat/completions", body(question, streamed).toString(), headers());
        answer = streamed ? streamedAnswer(client.response()) : wholeAnswer(client.response());
      }
    } catch (UncheckedIOException e) {
      return false;
    }
    if (answer == null) {
      return false;
    }
    open = null;
    acknowledged.add(question);
    acknowledged.add(answer);
    return true;
  }

  /** Every response that was told is there, and says what was told. */
  void checkResponses(URI server) {
    responses.forEach(
        (name, told) -> {
          RawResponse stored = RawClient.get(server, "/v1/responses/" + name);
          require(stored.status() == 200, stored);
          assertEquals(told, stored.json(), name);
        });
  }

  private String[] headers() {
    return switch (history) {
      case CLIENT -> new String[] {"X-Conversation-ID", id, "X-Conversation-History", "client"};
      case STORED -> new String[] {"X-Conversation-ID", id, "X-Conversation-History", "stored"};
      case FOLLOWED -> new String[0];
    };
  }

  private ObjectNode body(String question, boolean streamed) {
    ObjectNode body = Json.object().put("model", Completions.MODEL).put("stream", streamed);
    var messages = body.putArray("messages");
    if (history == History.CLIENT) {
      for (int i = 0; i < acknowledged.size(); i++) {
        messages.add(Json.message(i % 2 == 0 ? "user" : "assistant", acknowledged.get(i)));
      }
    }
    messages.add(Json.message("user", question));
    return body;
  }

  private ObjectNode request(String question, boolean streamed) {
    ObjectNode body = body(question, streamed);
    body.set("input", body.remove("messages"));
    if (history == History.FOLLOWED && !responses.isEmpty()) {
      String last = null;
      for (String name : responses.keySet()) {
        last = name;
      }
      body.put("previous_response_id", last);
    }
    return body;
  }

  private static String wholeAnswer(RawResponse response) {
    response.rest();
    if (response.isCut()) {
      return null;
    }
    require(response.status() == 200, response);
    return response.json().path("choices").path(0).path("message").path("content").asText();
  }

  private static String streamedAnswer(RawResponse response) {
    StringBuilder answer = new StringBuilder();
    for (String data = response.data(); data != null; data = response.data()) {
      if (data.equals(Completions.DONE)) {
        return answer.toString();
      }
      if (response.isCut()) {
        return null; // This may be half of an event.
      }
      JsonNode chunk = Json.read(data);
      require(response.status() == 200 && !chunk.has("error"), response);
      answer.append(chunk.path("choices").path(0).path("delta").path("content").asText(""));
    }
    require(response.isCut(), response);
    return null;
  }

  /** Keeps a response that was told whole; gives its text, or null. */
  private String told(boolean streamed, RawResponse response) {
    JsonNode object = streamed ? completed(response) : whole(response);
    if (object == null) {
      return null;
    }
    require(object.path("status").asText().equals("completed"), response);
    session = response.header("X-Session-ID");
    responses.put(object.path("id").asText(), object);
    return object.at("/output/0/content/0/text").asText();
  }

  private static JsonNode whole(RawResponse response) {
    response.rest();
    require(response.isCut() || response.status() == 200, response);
    return response.isCut() ? null : response.json();
  }

  private static JsonNode completed(RawResponse response) {
    for (String data = response.data(); data != null; data = response.data()) {
      if (response.isCut()) {
        return null; // This may be half of an event.
      }
      JsonNode event = Json.read(data);
      String type = event.path("type").asText();
      require(!type.equals("error") && !type.equals("response.failed"), response);
      if (type.equals("response.completed")) {
        return event.path("response");
      }
    }
    require(response.isCut(), response);
    return null;
  }

  private static void require(boolean condition, RawResponse response) {
    if (!condition) {
      throw new AssertionError(response.status() + ": " + response.text());
    }
  }
}
