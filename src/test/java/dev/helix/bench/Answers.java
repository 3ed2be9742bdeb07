package dev.helix.bench;

import java.nio.charset.StandardCharsets;

/** The bytes that the benchmark's upstream sends. Immutable. */
final class Answers {
  private static final String CHUNK =
      "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
          + "\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{";

  private final int tokens;
  private final byte[] whole;

  Answers(int tokens, int textLength) {
    this.tokens = tokens;
    String body =
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1700000000,"
            + "\"model\":\"bench\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
            + "\"content\":\""
            + text(textLength)
            + "\"},\"finish_reason\":\"stop\"}]}";
    this.whole =
        ascii(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body);
  }

  /** The text of an answer that is not streamed. */
  static String text(int length) {
    return "lorem ipsum ".repeat(length / 12 + 1).substring(0, length);
  }

  int tokens() {
    return tokens;
  }

  byte[] whole() {
    return whole.clone();
  }

  byte[] head() {
    return ascii(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  }

  /** One event with its number and the time now. */
  byte[] token(int number) {
    return event(
        CHUNK
            + "\"content\":\""
            + number
            + ":"
            + System.nanoTime()
            + " \"},\"finish_reason\":null}]}");
  }

  /** The finish reason, [DONE] and the end of the body. */
  byte[] end() {
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
