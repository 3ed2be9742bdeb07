package dev.helix.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A text that comes in parts, in memory as a {@link RequestBody} is: within a limit for itself and
 * a {@link BodyBudget} for all bodies. Whoever makes one closes it, or what {@link #whole} gives.
 * For one thread at a time.
 */
public final class MessageText implements AutoCloseable {
  private final BodyRoom room;
  private final int limit;
  private byte[] bytes = new byte[0];
  private int size;

  /** The first half of a character whose other half comes with the next part; 0 for none. */
  private char half;

  /**
   * A text of which nothing has come.
   *
   * @param limit the most bytes of UTF-8 that it may have
   * @param budget where they are counted
   */
  public MessageText(long limit, BodyBudget budget, BodyHolder holder) {
    this.limit = (int) Math.min(limit, Integer.MAX_VALUE - 16);
    this.room = new BodyRoom(budget, holder);
  }

  /**
   * Adds a part.
   *
   * @throws RequestBodyException if the text is over the limit
   * @throws BodyBudgetException if the budget has no room for it
   */
  public void add(String part) {
    if (part.isEmpty()) {
      return;
    }
    String text = half == 0 ? part : half + part;
    int last = text.length() - 1;
    half = Character.isHighSurrogate(text.charAt(last)) ? text.charAt(last) : 0;
    append((half == 0 ? text : text.substring(0, last)).getBytes(StandardCharsets.UTF_8));
  }

  private void append(byte[] part) {
    if (part.length > limit - size) {
      throw RequestBodyException.tooLarge(limit);
    }
    if (size + part.length > bytes.length) {
      int capacity = (int) Math.min(Math.max(2L * size, size + (long) part.length), limit);
      room.hold(capacity, size);
      bytes = Arrays.copyOf(bytes, capacity);
      room.hold(capacity, 0);
    }
    System.arraycopy(part, 0, bytes, size, part.length);
    size += part.length;
  }

  /** All of it, with its memory; this is not to be used any more. */
  public RequestBody whole() {
    if (half != 0) {
      append(String.valueOf(half).getBytes(StandardCharsets.UTF_8));
    }
    if (size < bytes.length) {
      room.hold(bytes.length, size);
      bytes = Arrays.copyOf(bytes, size);
    }
    room.hold(size, 0);
    return new RequestBody(room, bytes);
  }

  @Override
  public void close() {
    bytes = new byte[0];
    size = 0;
    room.giveBack();
  }
}
