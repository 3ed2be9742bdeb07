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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/**
 * A {@code messages.json} that was read as a whole, and repaired where a crash or a disk has left
 * half of something. What is cut off is set aside first, and so is all of a file that is damaged
 * before its end, or is none of ours.
 *
 * @param stamp what the file looked like before it was read; null where there is none, or none any
 *     more
 * @param scan what is in it
 * @param tail what stands behind the last element
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares two, or changes the tail.
record LoadedTranscript(FileStamp stamp, ArrayScan scan, byte[] tail) {
  private static final Logger LOG = System.getLogger(LoadedTranscript.class.getName());

  /** Reads a file; what is damaged in it is counted among what was set aside. */
  static LoadedTranscript read(Path file, Clock clock, SetAside damage) throws IOException {
    setAsideLink(file.getParent(), clock);
    setAsideLink(file, clock);
    while (true) {
      FileStamp before = FileStamp.of(file);
      if (before == null) {
        return new LoadedTranscript(null, ArrayScan.NOTHING, MessageArray.CLOSE);
      }
      // The stamp is older than the bytes: a change in between is noticed the next time.
      byte[] bytes = Disk.read(file);
      ArrayScan scan = ArrayScan.of(bytes);
      if (scan.isClosed() && !scan.isDamaged()) {
        byte[] tail = Arrays.copyOfRange(bytes, scan.end(), bytes.length);
        return new LoadedTranscript(before, scan, tail);
      }
      if (!scan.isArray() || (scan.isEmpty() && scan.closedAt() < 0)) {
        setAside(file, clock);
        damage.damaged();
      } else if (scan.isDamaged()) {
        writeAnew(file, bytes, scan.messages(), clock);
        damage.damaged();
      } else {
        cut(file, bytes, scan, clock);
      }
    }
  }

  /** What leads elsewhere, or is no file at all, is not followed, and in nobody's way. */
  static void setAsideLink(Path path, Clock clock) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Path aside = Disk.aside(path, "unreadable", clock);
      Files.move(path, aside);
      LOG.log(Level.WARNING, "{0} is a link, or no file, and was set aside as {1}", path, aside);
    }
  }

  private static void setAside(Path file, Clock clock) throws IOException {
    Path aside = Disk.aside(file, "unreadable", clock);
    Files.move(file, aside);
    Disk.forceDirectory(file.getParent());
    LOG.log(Level.WARNING, "{0} holds no whole message and was set aside as {1}", file, aside);
  }

  private static void writeAnew(Path file, byte[] bytes, List<Message> messages, Clock clock)
      throws IOException {
    Path aside = Disk.aside(file, "damaged", clock);
    keep(bytes, aside);
    Disk.replace(file, MessageArray.of(messages));
    Disk.forceDirectory(file.getParent());
    LOG.log(
        Level.WARNING,
        "{0} was damaged and written anew with the {1} messages that are whole; all of it is in"
            + " {2}",
        file,
        messages.size(),
        aside);
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
      Disk.removeHalfMade(aside, e); // Else each attempt would leave another piece.
      throw e;
    }
  }
}
