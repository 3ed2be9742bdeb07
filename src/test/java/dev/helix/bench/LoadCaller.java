package dev.helix.bench;

import dev.helix.text.ByteSearch;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A caller with one connection, who holds conversation after conversation, resends the whole
 * history with each turn, and looks at every answer. Not thread-safe.
 */
final class LoadCaller {
  private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)");
  private static final int CRLF = 2;

  private enum Part {
    HEAD,
    SIZE,
    BODY,
    CHUNK_END,
    TRAILER,
    OVER
  }

  private final SocketChannel channel;
  private final Script script;
  private final URI target;
  private final String name;
  private final int conversations;
  private final boolean inTurn;
  private int asked;
  private int conversation;
  private int turn;
  private ByteBuffer request;
  private long begun;

  private final byte[] kept = new byte[16 * 1024]; // of the head, of a body that is no stream
  private int length;
  private Part part;
  private boolean chunked;
  private long left; // of the body or of the chunk under way
  private int lineLength;
  private byte lineBegin;
  private int events;
  private long firstEvent;

  /**
   * A caller who has sent nothing yet.
   *
   * @param name the beginning of the ids of the conversations; a number from 0 follows
   * @param inTurn whether each conversation waits for a turn of all others before it goes on; else
   *     one is held after the other
   */
  LoadCaller(
      SocketChannel channel,
      Script script,
      URI target,
      String name,
      int conversations,
      boolean inTurn) {
    this.channel = channel;
    this.script = script;
    this.target = target;
    this.name = name;
    this.conversations = conversations;
    this.inTurn = inTurn;
  }

  /** Prepares the next request; false when all conversations were held. */
  boolean next() {
    int all = conversations * script.turns();
    if (asked == all) {
      return false;
    }
    turn = inTurn ? asked / conversations : asked % script.turns();
    conversation = inTurn ? asked % conversations : asked / script.turns();
    asked++;
    request = script.request(target, name + conversation, turn);
    part = Part.HEAD;
    chunked = false;
    length = 0;
    events = 0;
    lineLength = 0;
    firstEvent = 0;
    begun = System.nanoTime();
    return true;
  }

  /** Whether the turn is the first of its conversation. */
  boolean isFirst() {
    return turn == 0;
  }

  /** When the request was begun to be sent, on the clock of {@link System#nanoTime}. */
  long begun() {
    return begun;
  }

  /** When the first token had come. */
  long firstEvent() {
    return firstEvent;
  }

  /** Of the answer so far. */
  int events() {
    return events;
  }

  /** Sends what can be sent; whether all of the request is out. */
  boolean send() throws IOException {
    channel.write(request);
    return !request.hasRemaining();
  }

  /**
   * Reads what there is; whether the answer is whole. It must be as the script has it.
   *
   * @param buffer for reading, with an array
   */
  boolean read(ByteBuffer buffer) throws IOException {
    if (channel.read(buffer.clear()) < 0) {
      throw failed("was cut");
    }
    buffer.flip();
    while (buffer.hasRemaining() && part != Part.OVER) {
      take(buffer);
    }
    if (firstEvent == 0 && script.streams() && events >= script.firstToken()) {
      firstEvent = System.nanoTime();
    }
    if (part != Part.OVER) {
      return false;
    }
    boolean whole = script.streams() ? events == script.events() : keeps(script.answer());
    if (!whole) {
      throw failed("is not what the upstream sent, with " + events + " events");
    }
    return true;
  }

  private void take(ByteBuffer in) throws IOException {
    switch (part) {
      case HEAD -> head(in);
      case SIZE -> size(in.get());
      case BODY -> body(in);
      case CHUNK_END -> {
        in.get();
        if (--left == 0) {
          part = Part.SIZE;
        }
      }
      case TRAILER -> part = in.get() == '\n' ? Part.OVER : Part.TRAILER;
      case OVER -> throw failed("goes on");
    }
  }

  private void head(ByteBuffer in) throws IOException {
    keep(in.get());
    if (length < 4 || kept[length - 1] != '\n' || kept[length - 3] != '\n') {
      return;
    }
    String head = text().toLowerCase(Locale.ROOT);
    Matcher matcher = LENGTH.matcher(head);
    chunked = head.contains("\r\ntransfer-encoding: chunked\r\n");
    if (!head.startsWith("http/1.1 200") || chunked == matcher.find()) {
      byte[] rest = new byte[in.remaining()];
      in.get(rest);
      throw failed("begins with " + text() + new String(rest, StandardCharsets.UTF_8));
    }
    length = 0;
    left = chunked ? 0 : Long.parseLong(matcher.group(1));
    part = chunked ? Part.SIZE : Part.BODY;
  }

  private void size(byte next) throws IOException {
    if (next == '\n') {
      part = left == 0 ? Part.TRAILER : Part.BODY;
    } else if (next != '\r') {
      int digit = Character.digit(next, 16);
      if (digit < 0) {
        throw failed("has a chunk without a length");
      }
      left = left * 16 + digit;
    }
  }

  private void body(ByteBuffer in) throws IOException {
    int count = (int) Math.min(left, in.remaining());
    if (script.streams()) {
      int from = in.arrayOffset() + in.position();
      lines(in.array(), from, from + count);
      in.position(in.position() + count);
    } else {
      for (int i = 0; i < count; i++) {
        keep(in.get());
      }
    }
    left -= count;
    if (left == 0) {
      part = chunked ? Part.CHUNK_END : Part.OVER;
      left = CRLF;
    }
  }

  private void lines(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      int end = ByteSearch.indexOf((byte) '\n', (byte) '\n', bytes, at, to);
      if (lineLength == 0) {
        lineBegin = bytes[at];
      }
      lineLength += end - at;
      if (end < to) {
        events += lineLength > 0 && lineBegin == 'd' ? 1 : 0;
        lineLength = 0;
      }
      at = end;
    }
  }

  private void keep(byte next) throws IOException {
    if (length == kept.length) {
      throw failed("is too long: " + text());
    }
    kept[length++] = next;
  }

  private boolean keeps(byte[] wanted) {
    for (int i = 0; i <= length - wanted.length; i++) {
      if (kept[i] == wanted[0]
          && Arrays.equals(kept, i, i + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  private String text() {
    return new String(kept, 0, length, StandardCharsets.UTF_8);
  }

  private IOException failed(String how) {
    return new IOException(
        "the answer to turn "
            + turn
            + " of "
            + name
            + conversation
            + " from "
            + target
            + " "
            + how);
  }
}
