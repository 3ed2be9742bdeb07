package dev.helix.openai.chat;

import java.util.Comparator;
import java.util.List;

/**
 * Bytes of a request's body that others take the place of on the way to the backend. Immutable.
 *
 * @param from where they begin
 * @param to where they end; {@code from} for an insertion
 * @param instead what stands there then, in its order
 */
record BodyEdit(int from, int to, List<byte[]> instead) {
  /** What is put in goes before what is taken out at the same place. */
  private static final Comparator<BodyEdit> IN_PLACE =
      Comparator.comparing(BodyEdit::from).thenComparing(BodyEdit::to);

  BodyEdit {
    instead = List.copyOf(instead);
  }

  /**
   * A body with some of its bytes replaced, no two of which overlap; itself where there are none.
   */
  static byte[] apply(byte[] body, List<BodyEdit> edits) {
    if (edits.isEmpty()) {
      return body;
    }
    int length = body.length;
    for (BodyEdit edit : edits) {
      length -= edit.to - edit.from;
      for (byte[] piece : edit.instead) {
        length = Math.addExact(length, piece.length);
      }
    }
    byte[] edited = new byte[length];
    int written = 0;
    int read = 0;
    for (BodyEdit edit : edits.stream().sorted(IN_PLACE).toList()) {
      System.arraycopy(body, read, edited, written, edit.from - read);
      written += edit.from - read;
      for (byte[] piece : edit.instead) {
        System.arraycopy(piece, 0, edited, written, piece.length);
        written += piece.length;
      }
      read = edit.to;
    }
    System.arraycopy(body, read, edited, written, body.length - read);
    return edited;
  }
}
