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
  private static final byte[] LINE_FEED = {'\n'};
  private static final byte COMMENT = ':';

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

  /** Whether the last CR that something followed was the whole end of its line. */
  private boolean returnsAlone;

  /** Whether there was a complete event, or none, before the present line, comments aside. */
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
        returnsAlone = bytes[at] != '\n';
        if (!returnsAlone) {
          if (held != null) {
            held.write('\n');
            passedTo = at + 1;
          }
          continue;
        }
      }
      int recognized = boundary && lineLength == 0 ? streamed.addRecognized(bytes, at, end) : 0;
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
              && at - lineStart > DoneLine.LONGEST
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
        endLine(bytes, lineStart, at - lineStart);
      } else if (held == null && DoneLine.is(line, lineLength, true)) {
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
    boolean open = DoneLine.is(line, lineLength, false) || isHeld(false);
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
      lineLength = 0;
      linePassed = 0;
      skipLineFeed = false;
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
    if (shorter.length > limits.bytes() && shorter[0] != COMMENT) {
      boundary = false;
      streamed.lost();
    } else {
      endLine(shorter, 0, shorter.length);
    }
  }

  /** Takes a line that is complete: so many bytes of the array, without the line's end. */
  private void endLine(byte[] bytes, int from, int length) {
    boolean comment = length > 0 && bytes[from] == COMMENT;
    boundary = length == 0 || (boundary && comment);
    if (comment) {
      return;
    }
    if (length > limits.bytes()) {
      endCutLine(DataUrlCut.of(Arrays.copyOfRange(bytes, from, from + length), limits.dataUrl()));
      return;
    }
    int end = from + length;
    int field = from + UpstreamJson.mark(bytes, from, end);
    int start = field + FIELD.length;
    if (length == 0) {
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

  /** The stream has ended: an event that lacks its blank line counts all the same. */
  void end() {
    if (!over()) {
      if (held == null && DoneLine.is(line, lineLength, true)) {
        done = true;
      } else if (isHeld(true)) {
        hold('\n');
        endLine();
      } else {
        passWithheld(0);
        endHalfLine();
      }
      dispatch();
    }
  }

  /** What came of the last line counts; that it has no end is remembered. */
  private void endHalfLine() {
    int passed = linePassed;
    boolean before = boundary;
    if (lineLength > 0) {
      endLine();
      linePassed = passed;
      boundary = before;
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

  /**
   * Whether what was handed on ends with a complete event, comments aside, so that something may be
   * put in: an LF that belongs to the last CR is not to come.
   */
  boolean atBoundary() {
    return boundary && linePassed == 0 && (!skipLineFeed || returnsAlone);
  }

  /** The line ends that what was handed on lacks to end with a complete event. */
  String missingEnd() {
    if (atBoundary()) {
      return "";
    }
    // A blank line behind a comment, or a second one, is an event without data to some clients.
    boolean ended = linePassed == 0 && (boundary || !(skipLineFeed || returnsAlone));
    return ended || (boundary && line[0] == COMMENT) ? "\n" : "\n\n";
  }
}
