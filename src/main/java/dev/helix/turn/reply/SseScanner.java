package dev.helix.turn.reply;

import dev.helix.text.ByteSearch;
import dev.helix.text.DataUrlCut;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a stream of server-sent events as it passes, whatever pieces it comes in: hands on its
 * bytes unchanged, its events' data apart, and withholds the line {@code data: [DONE]} and all
 * behind it. Lines may end in LF, CR LF or CR (WHATWG HTML, 9.2); a byte order mark may stand
 * before a line or its data. Not safe for use by several threads.
 */
final class SseScanner {
  private static final byte[] FIELD = "data:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[][] DONE_LINE = {FIELD, "[DONE]".getBytes(StandardCharsets.US_ASCII)};
  private static final byte[] LINE_FEED = {'\n'};
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** How long a line with {@code [DONE]} may be before it is no longer taken for one. */
  private static final int MAX_DONE_LINE = 64;

  private static final int LINE = 256;

  private final BackendReply.Events events;
  private final StreamedReply streamed;
  private final ReplyLimits limits;
  private byte[] data = new byte[LINE];
  private int dataLength;
  private byte[] line = new byte[LINE];
  private int lineLength;

  /** What is kept of a line that is longer than is kept; null for all others. */
  private DataUrlCut cut;

  /** How much of the present line was handed on. */
  private int linePassed;

  private boolean hasData;
  private boolean skipLineFeed;
  private boolean boundary = true;
  private boolean done;

  /** A scanner of one stream, whose bytes and data go to these in the order of the stream. */
  SseScanner(BackendReply.Events events, StreamedReply streamed, ReplyLimits limits) {
    this.events = events;
    this.streamed = streamed;
    this.limits = limits;
  }

  /** The next piece of the stream. After {@code [DONE]} pieces are ignored. */
  void feed(ByteBuffer piece) {
    byte[] bytes = piece.array();
    int from = piece.arrayOffset() + piece.position();
    int end = piece.arrayOffset() + piece.limit();
    int passedTo = from;
    for (int at = from; at < end && !done; at++) {
      if (skipLineFeed) {
        skipLineFeed = false;
        if (bytes[at] == '\n') {
          continue;
        }
      }
      int recognized = boundary ? streamed.addRecognized(bytes, at, end) : 0;
      if (recognized > 0) {
        events.chunk(bytes, at + ChunkPattern.BEFORE_DATA, recognized - ChunkPattern.AROUND_DATA);
        at += recognized - 1;
        continue;
      }
      int lineStart = at;
      at = ByteSearch.indexOf((byte) '\n', (byte) '\r', bytes, lineStart, end);
      boolean whole = lineLength == 0 && at < end && at - lineStart > MAX_DONE_LINE;
      if (!whole) {
        append(bytes, lineStart, at);
      }
      if (at == end) {
        break;
      }
      skipLineFeed = bytes[at] == '\r';
      if (whole) {
        // As nearly all are: it is read where it is.
        boundary = false;
        endLine(bytes, lineStart, at - lineStart);
      } else if (isDone(lineLength, true)) {
        // The line may have begun in this piece or have been withheld from earlier ones.
        passBefore(bytes, passedTo, at - (lineLength - linePassed));
        passedTo = end;
        done = true;
        dispatch();
      } else {
        passWithheld(at - from);
        endLine();
      }
    }
    if (done) {
      return;
    }
    int withheld = isDone(lineLength, false) ? lineLength - linePassed : 0;
    if (withheld == 0) {
      passWithheld(end - from);
    }
    int passTo = end - Math.min(withheld, end - from);
    passBefore(bytes, passedTo, passTo);
    linePassed = lineLength - withheld;
  }

  /** Passes what earlier pieces brought of the line and was withheld: it is no [DONE]. */
  private void passWithheld(int ofThisPiece) {
    int earlier = lineLength - ofThisPiece;
    if (earlier > linePassed) {
      events.pass(ByteBuffer.wrap(Arrays.copyOfRange(line, linePassed, earlier)));
      linePassed = earlier;
    }
  }

  private void passBefore(byte[] bytes, int from, int to) {
    if (to > from) {
      events.pass(ByteBuffer.wrap(bytes, from, to - from));
    }
  }

  private void append(byte[] bytes, int from, int to) {
    if (to == from) {
      return;
    }
    boundary = false;
    if (cut == null && lineLength + (to - from) > limits.bytes()) {
      cut = new DataUrlCut(limits.dataUrl());
      cut.add(line, 0, lineLength);
    }
    if (cut == null) {
      line = with(line, lineLength, bytes, from, to - from);
    } else if (cut.length() <= limits.bytes()) {
      cut.add(bytes, from, to);
    }
    lineLength = Math.min(lineLength, Integer.MAX_VALUE - to + from) + to - from;
  }

  /** An array of so many bytes of the first and these behind them; the first if they fit. */
  private static byte[] with(byte[] first, int length, byte[] second, int from, int count) {
    byte[] all =
        length + count <= first.length
            ? first
            : Arrays.copyOf(first, Math.max(length + count, 2 * first.length));
    System.arraycopy(second, from, all, length, count);
    return all;
  }

  private void endLine() {
    if (cut == null) {
      endLine(line, 0, lineLength);
    } else {
      cut.end();
      endCutLine(cut.bytes());
      cut = null;
      line = new byte[LINE];
    }
    lineLength = 0;
    linePassed = 0;
  }

  private void endCutLine(byte[] shorter) {
    if (shorter.length > limits.bytes()) {
      streamed.lost();
    } else {
      endLine(shorter, 0, shorter.length);
    }
  }

  /** Takes a line that is complete: so many bytes of the array, without the line's end. */
  private void endLine(byte[] bytes, int from, int length) {
    if (length > limits.bytes()) {
      endCutLine(DataUrlCut.of(Arrays.copyOfRange(bytes, from, from + length), limits.dataUrl()));
      return;
    }
    int end = from + length;
    int field = from + UpstreamJson.mark(bytes, from, end);
    int start = field + FIELD.length;
    if (length == 0) {
      dispatch();
      boundary = true;
    } else if (start <= end && Arrays.equals(bytes, field, start, FIELD, 0, FIELD.length)) {
      if (start < end && bytes[start] == ' ') {
        start++;
      }
      start += UpstreamJson.mark(bytes, start, end);
      if (dataLength + (end - start) > limits.bytes()) {
        streamed.lost();
        return;
      }
      if (hasData) {
        data = with(data, dataLength++, LINE_FEED, 0, 1);
      }
      data = with(data, dataLength, bytes, start, end - start);
      dataLength += end - start;
      hasData = true;
    }
  }

  private void dispatch() {
    if (hasData) {
      int length = dataLength;
      dataLength = 0;
      hasData = false;
      if (length <= limits.dataUrl()) {
        streamed.add(data, length);
        events.chunk(data, 0, length);
      } else {
        byte[] whole = Arrays.copyOf(data, length);
        data = new byte[LINE];
        byte[] shorter = DataUrlCut.of(whole, limits.dataUrl());
        streamed.add(shorter, shorter.length);
        events.chunk(whole, 0, length);
      }
    }
  }

  /**
   * Whether the line is {@code data: [DONE]}, or, while it is not complete, may become it. Whatever
   * stands behind it in the line is ignored, as clients do.
   */
  private boolean isDone(int length, boolean complete) {
    if (length > MAX_DONE_LINE) {
      return false;
    }
    int at = skipMark(0, length);
    for (byte[] part : DONE_LINE) {
      for (byte expected : part) {
        if (at == length) {
          return !complete;
        }
        if (line[at++] != expected) {
          return false;
        }
      }
      while (at < length && (line[at] == ' ' || line[at] == '\t')) {
        at++;
      }
      at = skipMark(at, length);
    }
    return true;
  }

  /** Behind a byte order mark, or as much as there is of one at the line's end. */
  private int skipMark(int from, int length) {
    int at = from;
    while (at < length && at - from < MARK.length && line[at] == MARK[at - from]) {
      at++;
    }
    return at == length || at - from == MARK.length ? at : from;
  }

  /** The stream has ended: an event that lacks its blank line counts all the same. */
  void end() {
    if (!done) {
      if (isDone(lineLength, true)) {
        done = true;
      } else {
        passWithheld(0);
        if (lineLength > 0) {
          endLine();
          boundary = false;
        }
      }
      dispatch();
    }
  }

  boolean done() {
    return done;
  }

  /** The event that was withheld, with the white space and line ends that it came with. */
  byte[] doneEvent() {
    String lineEnd = skipLineFeed ? "\r\n" : "\n";
    String text = new String(line, 0, lineLength, StandardCharsets.UTF_8);
    return (text + lineEnd + lineEnd).getBytes(StandardCharsets.UTF_8);
  }

  /** Whether what was handed on ends with a complete event. */
  boolean atBoundary() {
    return boundary;
  }
}
