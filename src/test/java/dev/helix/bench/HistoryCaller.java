package dev.helix.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.net.URI;
import java.time.Duration;

/**
 * A caller with one kept-alive connection, who goes on with {@linkplain Seeds stored}
 * conversations. Not thread-safe.
 */
final class HistoryCaller implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final RawClient client;

  HistoryCaller(URI server) {
    client = RawClient.connect(server).deadline(PATIENCE);
  }

  /** A turn that sends the new question only; in nanoseconds. */
  long stored(String conversation, int turn) {
    return ask(conversation, question(turn), "stored");
  }

  /** A turn that sends the messages so far, too. */
  long resent(String conversation, CharSequence history, int turn) {
    return ask(conversation, history + "," + question(turn), "client");
  }

  private static String question(int turn) {
    return Json.message("user", Seeds.question(turn)).toString();
  }

  private long ask(String conversation, String messages, String history) {
    byte[] body = body(messages);
    long start = System.nanoTime();
    RawResponse response = post(conversation, body, history);
    long nanos = System.nanoTime() - start;
    if (response.status() != 200 || response.isCut()) {
      throw new IllegalStateException("a turn failed: " + response.status() + response.text());
    }
    return nanos;
  }

  /** The status of what is answered to these messages. */
  int status(String conversation, CharSequence messages) {
    return post(conversation, body(messages), "client").status();
  }

  private static byte[] body(CharSequence messages) {
    return ("{\"model\":\"whole\",\"messages\":[" + messages + "]}").getBytes(UTF_8);
  }

  private RawResponse post(String conversation, byte[] body, String history) {
    client.request(
        "POST",
        "/v1/chat/completions",
        body,
        "Content-Type",
        "application/json",
        "X-Conversation-ID",
        conversation,
        "X-Conversation-History",
        history);
    RawResponse response = client.response();
    response.rest();
    return response;
  }

  @Override
  public void close() {
    client.close();
  }
}
