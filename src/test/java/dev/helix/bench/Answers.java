package dev.helix.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The bytes that the benchmark's upstream sends, each call's the caller's own. Immutable. */
final class Answers {
  /** The text of each token that is sent as fast as it is taken. */
  static final String TOKEN = "token ";

  /** The bytes of the text of an answer that is not streamed. */
  static final int TEXT_LENGTH = 900;

  /** So many tokens are sent in one write at most. */
  static final int MOST_TOKENS = 64;

  private static final String CHUNK =
      "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
          + "\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{";

  private static final byte[] HEAD =
      ascii(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  private static final byte[] PLAIN_TOKEN =
      event(CHUNK + "\"content\":\"" + TOKEN + "\"},\"finish_reason\":null}]}");
  private static final ByteBuffer TOKENS = makeTokens();
  private static final byte[] END = makeEnd();
  private static final byte[] WHOLE = makeWhole();

  private Answers() {}

  /** The text of an answer that is not streamed. */
  static String text() {
    return "lorem ipsum ".repeat(TEXT_LENGTH / 12 + 1).substring(0, TEXT_LENGTH);
  }

  /** An answer that is not streamed, with its head. */
  static ByteBuffer whole() {
    return ByteBuffer.wrap(WHOLE);
  }

  /** What goes before a stream's first token. */
  static ByteBuffer head() {
    return ByteBuffer.wrap(HEAD);
  }

  /** So many events with nothing of their own, {@link #MOST_TOKENS} or less. */
  static ByteBuffer tokens(int count) {
    return TOKENS.slice(0, count * PLAIN_TOKEN.length);
  }

  /** One event with its number and the time now. */
  static ByteBuffer token(int number) {
    return ByteBuffer.wrap(
        event(
            CHUNK
                + "\"content\":\""
                + number
                + ":"
                + System.nanoTime()
                + " \"},\"finish_reason\":null}]}"));
  }

  /** The finish reason, [DONE] and the end of the body. */
  static ByteBuffer end() {
    return ByteBuffer.wrap(END);
  }

  private static byte[] makeWhole() {
    String body =
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1700000000,"
            + "\"model\":\"bench\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
            + "\"content\":\""
            + text()
            + "\"},\"finish_reason\":\"stop\"}]}";
    return ascii(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }

  private static ByteBuffer makeTokens() {
    ByteBuffer all = ByteBuffer.allocateDirect(MOST_TOKENS * PLAIN_TOKEN.length);
    while (all.hasRemaining()) {
      all.put(PLAIN_TOKEN);
    }
    return all.flip().asReadOnlyBuffer();
  }

  private static byte[] makeEnd() {
    byte[] finish = event(CHUNK + "},\"finish_reason\":\"stop\"}]}");
    byte[] done = event("[DONE]");
    byte[] last = ascii("0\r\n\r\n");
    byte[] all = new byte[finish.length + done.length + last.length];
    System.arraycopy(finish, 0, all, 0, finish.length);
    System.arraycopy(done, 0, all, finish.length, done.length);
    System.arraycopy(last, 0, all, finish.length + done.length, last.length);
    return all;
  }

  private static byte[] event(String data) {
    String event = "data: " + data + "\n\n";
    return ascii(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
