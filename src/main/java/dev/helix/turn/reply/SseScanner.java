package dev.helix.turn.reply;

import dev.helix.text.ByteSearch;
import dev.helix.text.DataUrlCut;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a stream of server-sent events as it passes, whatever pieces it comes in: hands on its
 * bytes unchanged, its events' data apart, and withholds the line {@code data: [DONE]}, or an event
 * that begins as one of an error and is one, and all behind it. Lines may end in LF, CR LF or CR
 * (WHATWG HTML, 9.2); a byte order mark may stand before a line or its data. Not safe for use by
 * several threads.
 */
final class SseScanner {
  private static final byte[] FIELD = "data:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[][] DONE_LINE = {FIELD, "[DONE]".getBytes(StandardCharsets.US_ASCII)};
  private static final byte[] LINE_FEED = {'\n'};

  /** How long a line with {@code [DONE]} may be before it is no longer taken for one. */
  private static final int MAX_DONE_LINE = 64;

  private static final int LINE = 256;

  /** More room than this is given back behind the line or event that needed it. */
  private static final int MOST_ROOM = 64 * 1024;

  /** How much of an event is held before it is decided whether it is an error. */
  private static final int MOST_HELD = 256 * 1024;

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

  /** What came of an event that may be an error, as it came; null where none is under way. */
  private ByteArrayOutputStream held;

  /** Whether data of the same event was handed on before. */
  private boolean heldBehindData;

  private ReplyError error;

  /** A scanner of one stream, whose bytes and data go to these in the order of the stream. */
  SseScanner(BackendReply.Events events, StreamedReply streamed, ReplyLimits limits) {
    this.events = events;
    this.streamed = streamed;
    this.limits = limits;
  }

  /** The next piece of the stream. After {@code [DONE]} or an error pieces are ignored. */
  void feed(ByteBuffer piece) {
    byte[] bytes = piece.array();
    int from = piece.arrayOffset() + piece.position();
    int end = piece.arrayOffset() + piece.limit();
    int passedTo = from;
    for (int at = from; at < end && !over(); at++) {
      if (skipLineFeed) {
        skipLineFeed = false;
        if (bytes[at] == '\n') {
          if (held != null) {
            held.write('\n');
            passedTo = at + 1;
          }
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
      boolean whole =
          lineLength == 0
              && held == null
              && at < end
              && at - lineStart > MAX_DONE_LINE
              && !ErrorMarks.isAt(bytes, lineStart, at - lineStart, true);
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
      } else if (held == null && isDone(lineLength, true)) {
        // The line may have begun in this piece or have been withheld from earlier ones.
        passBefore(bytes, passedTo, at - (lineLength - linePassed));
        passedTo = end;
        done = true;
        dispatch();
      } else if (isHeld(true)) {
        passBefore(bytes, passedTo, at - lineLength);
        passedTo = at + 1;
        hold(bytes[at]);
        endLine();
      } else {
        passWithheld(at - from);
        endLine();
      }
    }
    if (over()) {
      return;
    }
    if (held != null || (isHeld(false) && lineLength > MOST_HELD)) {
      passBefore(bytes, passedTo, end - lineLength);
      decideEarly();
      return;
    }
    boolean open = isDone(lineLength, false) || isHeld(false);
    int withheld = open ? lineLength - linePassed : 0;
    if (withheld == 0) {
      passWithheld(end - from);
    }
    int passTo = end - Math.min(withheld, end - from);
    passBefore(bytes, passedTo, passTo);
    linePassed = lineLength - withheld;
  }

  private boolean over() {
    return done || error != null;
  }

  /**
   * Whether the line belongs to an event that may be an error; or may do so when there is more of
   * it, where it is not complete.
   */
  private boolean isHeld(boolean complete) {
    return held != null
        || (cut == null
            && linePassed == 0
            && lineLength > 0
            && ErrorMarks.isAt(line, 0, lineLength, complete));
  }

  /** Keeps the line, which is complete, and the first byte behind it. */
  private void hold(int lineEnd) {
    beginHeld();
    held.write(line, linePassed, lineLength - linePassed);
    held.write(lineEnd);
  }

  private void beginHeld() {
    if (held == null) {
      held = new ByteArrayOutputStream();
      heldBehindData = hasData;
    }
  }

  /** Decides by what has come of an event, where that is much, and its line goes on. */
  private void decideEarly() {
    beginHeld();
    if (held.size() + lineLength > MOST_HELD) {
      held.write(line, linePassed, lineLength - linePassed);
      linePassed = lineLength;
      release();
    }
  }

  /** Decides what was held: an error, which nobody sees, or an event that passes as it came. */
  private void release() {
    byte[] event = held.toByteArray();
    held = null;
    error = ReplyError.inEvent(event);
    if (error == null) {
      events.pass(ByteBuffer.wrap(event));
    } else {
      streamed.failed();
      hasData = false;
      boundary = !heldBehindData;
    }
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
    if (cut == null && lineLength + (to - from) > limits.bytes() && !isHeld(false)) {
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
    }
    if (line.length > MOST_ROOM) {
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
      boundary = true;
      dispatch();
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
    if (held != null) {
      release();
    }
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
      if (data.length > MOST_ROOM) {
        data = new byte[LINE];
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
    int at = UpstreamJson.behindMark(line, 0, length);
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
      at = UpstreamJson.behindMark(line, at, length);
    }
    return true;
  }

  /** The stream has ended: an event that lacks its blank line counts all the same. */
  void end() {
    if (!over()) {
      if (held == null && isDone(lineLength, true)) {
        done = true;
      } else if (isHeld(true)) {
        hold('\n');
        endLine();
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

  /** The error that ended the stream; null where there was none. */
  ReplyError error() {
    return error;
  }

  /** The {@code [DONE]} that was withheld, with the white space and line ends that it came with. */
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
