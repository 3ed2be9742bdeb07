package dev.helix.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.net.URI;

/**
 * A caller with one kept-alive connection, who holds conversation after conversation and resends
 * the whole history with each turn. Not thread-safe.
 */
final class TurnCaller implements AutoCloseable {
  private final RawClient client;
  private final StringBuilder messages = new StringBuilder();
  private String conversation;
  private int turn;

  TurnCaller(URI server) {
    client = RawClient.connect(server);
  }

  /** Begins a conversation. */
  void begin(String id) {
    conversation = id;
    messages.setLength(0);
    turn = 0;
  }

  /** The turns of this conversation so far. */
  int turns() {
    return turn;
  }

  /**
   * Takes one turn and gives the nanoseconds from the request's first byte to the answer's last.
   */
  long turn() {
    turn++;
    messages
        .append(messages.length() == 0 ? "" : ",")
        .append("{\"role\":\"user\",\"content\":\"Question ")
        .append(turn)
        .append(" of a conversation that goes on and on, as people's do.\"}");
    String body = "{\"model\":\"whole\",\"messages\":[" + messages + "]}";
    long start = System.nanoTime();
    client.post("/v1/chat/completions", body, "X-Conversation-ID", conversation);
    RawResponse response = client.response();
    response.rest();
    long nanos = System.nanoTime() - start;
    JsonNode answer = response.status() == 200 ? response.json() : null;
    if (answer == null || response.isCut()) {
      throw new IllegalStateException(
          "turn " + turn + " failed: " + response.status() + " " + response.text());
    }
    JsonNode content = answer.path("choices").path(0).path("message").path("content");
    messages.append(",").append(Json.message("assistant", content.asText()));
    return nanos;
  }

  @Override
  public void close() {
    client.close();
  }
}
