package dev.helix.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One conversation and what the server has acknowledged of it. A turn is acknowledged when its
 * caller has seen the end of the reply. Used by one thread at a time.
 */
final class Chat {
  private final String id = UUID.randomUUID().toString();
  private final boolean stored;
  private final List<String> acknowledged = new ArrayList<>();

  /** A question of which the end of the reply was not seen, and which a client asks again. */
  private String open;

  private int questions;

  /**
   * A conversation that has not begun.
   *
   * @param stored whether the server is asked to add the history
   */
  Chat(boolean stored) {
    this.stored = stored;
  }

  String sessionId() {
    return "conv-" + id;
  }

  boolean isStored() {
    return stored;
  }

  /** The texts of question and answer in turn, as far as they were acknowledged. */
  List<String> acknowledged() {
    return acknowledged;
  }

  /**
   * Asks one question.
   *
   * @return whether the turn was acknowledged; false if the connection broke
   * @throws AssertionError if the server answered with an error
   */
  boolean turn(URI server, boolean streamed, int length) {
    String question = open != null ? open : "question " + questions++ + " ☂ " + "y".repeat(length);
    // With a history of its own the same question is found where it was left; stored, it may have
    // been answered, and would rightly be asked twice.
    open = stored ? null : question;
    String answer;
    try (RawClient client = RawClient.connect(server)) {
      client.post(
          "/v1/chat/completions",
          body(question, streamed).toString(),
          "X-Conversation-ID",
          id,
          "X-Conversation-History",
          stored ? "stored" : "client");
      answer = streamed ? streamedAnswer(client.response()) : wholeAnswer(client.response());
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

  private ObjectNode body(String question, boolean streamed) {
    ObjectNode body = Json.object().put("model", Completions.MODEL).put("stream", streamed);
    var messages = body.putArray("messages");
    if (!stored) {
      for (int i = 0; i < acknowledged.size(); i++) {
        messages.add(Json.message(i % 2 == 0 ? "user" : "assistant", acknowledged.get(i)));
      }
    }
    messages.add(Json.message("user", question));
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

  private static void require(boolean condition, RawResponse response) {
    if (!condition) {
      throw new AssertionError(response.status() + ": " + response.text());
    }
  }
}
