package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.store.ArrayScan;
import dev.helix.store.MessageArray;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/**
 * A {@code messages.json} that was read as a whole, and repaired where a crash or a disk has left
 * half of something. What is cut off is set aside first, and so is all of a file that is damaged
 * before its end, or is none of ours.
 */
final class LoadedTranscript {
  private static final Logger LOG = System.getLogger(LoadedTranscript.class.getName());

  private static final LoadedTranscript NOTHING =
      new LoadedTranscript(null, List.of(), 0, true, MessageArray.CLOSE);

  /** What the file looks like; null where there is none, or none any more. */
  final FileStamp stamp;

  /** The whole elements, oldest first; they share an array. */
  final List<Message> messages;

  /** Where the last element of any kind ends, or, without one, the opening bracket. */
  final long end;

  /** Whether there is no element of any kind. */
  final boolean isEmpty;

  /** What stands behind the last element. */
  final byte[] tail;

  private LoadedTranscript(
      FileStamp stamp, List<Message> messages, long end, boolean isEmpty, byte[] tail) {
    this.stamp = stamp;
    this.messages = messages;
    this.end = end;
    this.isEmpty = isEmpty;
    this.tail = tail;
  }

  static LoadedTranscript read(Path file, Clock clock) throws IOException {
    FileStamp before = FileStamp.of(file);
    if (before == null) {
      return NOTHING;
    }
    // The stamp is older than the bytes: a change in between is noticed the next time.
    byte[] bytes = Files.readAllBytes(file);
    ArrayScan scan = ArrayScan.of(bytes);
    if (!scan.isArray() || (scan.isEmpty() && scan.closedAt() < 0)) {
      Path aside = Disk.aside(file, "unreadable", clock);
      Files.move(file, aside);
      Disk.forceDirectory(file.getParent());
      LOG.log(Level.WARNING, "{0} holds no whole message and was set aside as {1}", file, aside);
      return NOTHING;
    }
    if (scan.isDamaged()) {
      return writtenAnew(file, bytes, scan.messages(), clock);
    }
    if (!scan.isClosed()) {
      cut(file, bytes, scan, clock);
      return of(FileStamp.of(file), scan, MessageArray.CLOSE);
    }
    return of(before, scan, Arrays.copyOfRange(bytes, scan.end(), bytes.length));
  }

  private static LoadedTranscript of(FileStamp stamp, ArrayScan scan, byte[] tail) {
    return new LoadedTranscript(stamp, scan.messages(), scan.end(), scan.isEmpty(), tail);
  }

  private static LoadedTranscript writtenAnew(
      Path file, byte[] bytes, List<Message> messages, Clock clock) throws IOException {
    Path aside = Disk.aside(file, "damaged", clock);
    keep(bytes, aside);
    byte[] array = MessageArray.of(messages);
    Disk.replace(file, array);
    Disk.forceDirectory(file.getParent());
    LOG.log(
        Level.WARNING,
        "{0} was damaged and written anew with the {1} messages that are whole; all of it is in"
            + " {2}",
        file,
        messages.size(),
        aside);
    int end = array.length - MessageArray.CLOSE.length;
    return new LoadedTranscript(
        FileStamp.of(file), messages, end, messages.isEmpty(), MessageArray.CLOSE);
  }

  private static void cut(Path file, byte[] bytes, ArrayScan scan, Clock clock) throws IOException {
    int from = scan.closedAt() >= 0 ? scan.closedAt() : scan.end();
    byte[] cut = Arrays.copyOfRange(bytes, from, bytes.length);
    Path aside = Disk.aside(file, "torn", clock);
    if (cut.length > 0) {
      keep(cut, aside);
    }
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(scan.end());
      out.write(MessageArray.CLOSE);
      out.setLength(scan.end() + (long) MessageArray.CLOSE.length);
      out.getFD().sync();
    }
    LOG.log(
        Level.WARNING,
        "{0} broke off after {1} messages and was repaired; the {2} bytes cut off are in {3}",
        file,
        scan.messages().size(),
        cut.length,
        cut.length > 0 ? aside : "no file");
  }

  private static void keep(byte[] bytes, Path aside) throws IOException {
    try {
      Disk.writeForced(aside, bytes);
      Disk.forceDirectory(aside.getParent());
    } catch (IOException e) {
      try {
        Files.deleteIfExists(aside); // Else each attempt would leave another piece.
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }
}
