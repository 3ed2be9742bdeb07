package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.store.ArrayScan;
import dev.helix.store.Erasure;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code messages.json} with other elements in some places, and all other bytes as they are. It
 * is read and written piece by piece, of which the largest is an element. Immutable.
 *
 * @param stamp what the file looked like before it was read
 * @param places those that change, the first one first
 */
record ErasedTranscript(Path file, FileStamp stamp, List<Place> places) {
  private static final int PIECE = 64 * 1024;

  /** From an element's first byte to behind its last one, and what comes there. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares two, or changes the bytes.
  record Place(long from, long to, byte[] bytes) {}

  /** What becomes of a file; null where it is no whole array. One that is missing has no places. */
  static ErasedTranscript of(Path file, Erasure erasure) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    List<Place> places = new ArrayList<>();
    if (stamp == null) {
      return new ErasedTranscript(file, null, places);
    }
    boolean isWhole;
    try (RandomAccessFile elements = Disk.openToRead(file);
        InputStream in = new FileInputStream(file.toFile())) {
      isWhole =
          ArrayScan.isWalked(
              in,
              (first, from, to) -> {
                byte[] element = new byte[Math.toIntExact(to - from)];
                elements.seek(from);
                elements.readFully(element);
                byte[] changed = changed(element, erasure);
                if (changed != null) {
                  places.add(new Place(from, to, changed));
                }
              });
    }
    return isWhole ? new ErasedTranscript(file, stamp, places) : null;
  }

  private static byte[] changed(byte[] element, Erasure erasure) {
    Message message;
    try {
      message = Message.parse(element);
    } catch (IllegalArgumentException e) {
      return erasure.damagedElement(element); // Perhaps it was one.
    }
    return erasure.next(message);
  }

  /**
   * Replaces the file, forced.
   *
   * @return false, with nothing changed, where another program has changed it meanwhile
   */
  boolean write() throws IOException {
    if (places.isEmpty()) {
      return true;
    }
    boolean[] same = {false};
    try {
      Disk.rewrite(
          file,
          out -> {
            copy(out);
            same[0] = stamp.equals(FileStamp.of(file));
            if (!same[0]) {
              throw new IOException(file + " was changed by another program");
            }
          });
    } catch (IOException e) {
      if (same[0] || stamp.equals(FileStamp.of(file))) {
        throw e;
      }
      return false;
    }
    Disk.forceDirectory(file.getParent());
    return true;
  }

  private void copy(OutputStream out) throws IOException {
    try (InputStream in = new FileInputStream(file.toFile())) {
      long at = 0;
      for (Place place : places) {
        pass(in, out, place.from() - at);
        out.write(place.bytes());
        in.skipNBytes(place.to() - place.from());
        at = place.to();
      }
      pass(in, out, stamp.size() - at);
    }
  }

  private static void pass(InputStream in, OutputStream out, long count) throws IOException {
    byte[] piece = new byte[PIECE];
    for (long left = count; left > 0; ) {
      int read = in.read(piece, 0, (int) Math.min(left, piece.length));
      if (read < 0) {
        throw new IOException("the file has become shorter");
      }
      out.write(piece, 0, read);
      left -= read;
    }
  }
}
