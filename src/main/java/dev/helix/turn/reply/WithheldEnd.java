package dev.helix.turn.reply;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The end of a body of JSON that passes as it comes: the last piece with something in it, and the
 * white space that came since. A client may take the body for whole as soon as it has that piece.
 * Of white space no more is held than {@value #MOST_BLANKS} bytes. What comes beyond is left out
 * behind an object or a list that is whole; anywhere else, as in a body that is no JSON, it shows
 * that the end is still to come.
 */
final class WithheldEnd {
  private static final int MOST_BLANKS = 64 * 1024;

  /** What no JSON begins with. */
  private static final byte OTHER = '?';

  private ByteBuffer last;
  private final ByteArrayOutputStream blanks = new ByteArrayOutputStream();

  /** The first byte that is no white space; 0 where none has come. */
  private byte first;

  /** How many objects and lists have begun and not ended. */
  private long depth;

  private boolean inText;
  private boolean escaped;

  /** An end that begins with these bytes, whatever they are. */
  WithheldEnd(ByteBuffer bytes) {
    last = bytes;
    scan(bytes);
  }

  /** Takes the next bytes, in a buffer with an array, and lets go of what is no end. */
  void add(ByteBuffer bytes, Consumer<ByteBuffer> pass) {
    boolean blank = scan(bytes);
    boolean full = blanks.size() + bytes.remaining() > MOST_BLANKS;
    if (blank && (!full || isWhole())) {
      int length = Math.min(bytes.remaining(), MOST_BLANKS - blanks.size());
      blanks.write(bytes.array(), bytes.arrayOffset() + bytes.position(), length);
      return;
    }
    pass.accept(last);
    if (blanks.size() > 0) {
      pass.accept(ByteBuffer.wrap(blanks.toByteArray()));
      blanks.reset();
    }
    last = bytes.slice();
  }

  /** All that is withheld. */
  ByteBuffer bytes() {
    if (blanks.size() == 0) {
      return last;
    }
    ByteBuffer all = ByteBuffer.allocate(last.remaining() + blanks.size());
    return all.put(last.duplicate()).put(blanks.toByteArray()).flip();
  }

  private boolean isWhole() {
    return (first == '{' || first == '[') && depth == 0 && !inText;
  }

  /** Follows the JSON; whether the bytes are white space only. */
  private boolean scan(ByteBuffer bytes) {
    boolean blank = true;
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      byte b = bytes.get(i);
      boolean white = b == ' ' || b == '\n' || b == '\r' || b == '\t';
      blank = blank && white;
      if (!white && isWhole()) {
        first = OTHER; // Something follows.
      }
      // Behind a mark of the byte order, if there is one.
      first = first != 0 || white || b < 0 ? first : b;
      if (escaped) {
        escaped = false;
      } else if (b == '"') {
        inText = !inText;
      } else if (inText) {
        escaped = b == '\\';
      } else {
        depth += b == '{' || b == '[' ? 1 : b == '}' || b == ']' ? -1 : 0;
      }
    }
    return blank;
  }
}
