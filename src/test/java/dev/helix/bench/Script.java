package dev.helix.bench;

import dev.helix.scripted.Json;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What the callers of a load say, and what they must hear. Immutable. */
final class Script {
  private final Api api;
  private final String model;
  private final int turns;
  private final int tokens;
  private final byte[][] bodies;
  private final byte[] answer;

  /**
   * A script.
   *
   * @param model what the upstream is asked for: {@code whole}, {@code burst-N} or {@code first-N}
   * @param turns of each conversation
   * @param more how many bytes each conversation's first message has beside its question
   */
  Script(Api api, String model, int turns, int more) {
    this.api = api;
    this.model = model;
    this.turns = turns;
    this.tokens =
        model.equals("whole") ? 0 : Integer.parseInt(model.substring(model.indexOf('-') + 1));
    String text = streams() ? Answers.TOKEN.repeat(tokens) : Answers.text();
    this.answer = ('"' + text + '"').getBytes(StandardCharsets.US_ASCII);
    this.bodies = new byte[turns][];
    StringBuilder messages = new StringBuilder();
    for (int turn = 0; turn < turns; turn++) {
      String question = "Question " + turn + " of a conversation that goes on, as people's do.";
      messages.append(
          Json.message("user", turn > 0 ? question : question + " word".repeat(more / 5)));
      bodies[turn] = body(messages);
      messages.append(',').append(Json.message("assistant", text)).append(',');
    }
  }

  private byte[] body(CharSequence messages) {
    return ("{\"model\":\"" + model + "\",\"stream\":" + streams())
        .concat(",\"" + api.input() + "\":[" + messages + "]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  int turns() {
    return turns;
  }

  boolean streams() {
    return tokens > 0;
  }

  /** The events of a stream: its tokens, what is around them, and [DONE]. */
  int events() {
    return tokens + api.more();
  }

  /** Which event of a stream, counted from 1, is its first token. */
  int firstToken() {
    return api.before() + 1;
  }

  /** What an answer that is not streamed must hold; not to be changed. */
  byte[] answer() {
    return answer;
  }

  /** The whole request of a conversation's turn, of which the first is 0. */
  ByteBuffer request(URI target, String conversation, int turn) {
    byte[] head =
        ("POST "
                + target.getPath().replaceFirst("/$", "")
                + (api.path() + " HTTP/1.1\r\nHost: localhost\r\n")
                + "Content-Type: application/json\r\n"
                + ("X-Conversation-ID: " + conversation + "\r\n")
                + ("Content-Length: " + bodies[turn].length + "\r\n\r\n"))
            .getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(head.length + bodies[turn].length)
        .put(head)
        .put(bodies[turn])
        .flip();
  }
}
