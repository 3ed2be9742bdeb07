package dev.helix.openai.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.http.InvalidRequestException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A program that reads JSON with names that nobody sent before, far more than its heap holds. */
final class LongNames {
  private static final int BODIES = 100;

  private LongNames() {}

  private static String fields(int body, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"" + "n".repeat(49_000) + body + "-" + i + "\":1")
        .collect(Collectors.joining(",", "{\"id\":\"x\",", "}"));
  }

  /** Prints what became of the requests and of the chunks. */
  public static void main(String[] arguments) {
    int refused = 0;
    for (int body = 0; body < BODIES; body++) {
      try {
        ChatRequestReader.read(fields(body, 18).getBytes(UTF_8));
      } catch (InvalidRequestException e) {
        refused += e.error().status() == 400 && e.error().message().contains("2000") ? 1 : 0;
      }
    }
    System.out.println("refused " + refused);
    LastChunk last = new LastChunk();
    int empty = 0;
    for (int body = 0; body < 18 * BODIES; body++) {
      byte[] chunk = fields(body, 1).getBytes(UTF_8);
      last.is(chunk, 0, chunk.length);
      empty += last.empty(0) == null ? 1 : 0;
    }
    System.out.println("passed over " + empty);
  }
}
