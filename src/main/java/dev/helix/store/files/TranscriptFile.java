package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Reading;
import dev.helix.store.ArrayScan;
import dev.helix.store.MessageArray;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import dev.helix.transcript.LogVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * One {@code messages.json}: an array that is appended to in place. It knows where the last element
 * ends and what the file looked like when it left it, so that an append is one write over the
 * closing bracket, and another program's change is noticed. Not thread-safe, but for {@link
 * #force}.
 *
 * <p>A version's length is where in the file the last element ends, 0 when there is no file.
 */
public final class TranscriptFile {
  private static final Logger LOG = System.getLogger(TranscriptFile.class.getName());
  private final Path file;
  private final Clock clock;

  /** Null as long as the file was not looked at. */
  private String epoch;

  private FileStamp stamp;
  private long end;
  private boolean isEmpty;

  /** What stands behind the last element. */
  private byte[] tail = MessageArray.CLOSE;

  TranscriptFile(Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /** Takes over a file that was just made of {@link MessageArray#of}. */
  void made(int size, boolean empty) throws IOException {
    left(FileStamp.of(file), size - MessageArray.CLOSE.length, empty, MessageArray.CLOSE);
    epoch = UUID.randomUUID().toString();
  }

  /** Where the log ended when it was last read or written, without a look at the file. */
  LogVersion version() {
    return new LogVersion(epoch, end);
  }

  /** Reads as {@link dev.helix.session.SessionStore#read} does for a session that exists. */
  public Reading read(SessionState state, LogVersion since) throws IOException {
    ArrayScan loaded = refresh();
    if (!since.epoch().equals(epoch) || since.length() > end || since.length() == 0) {
      ArrayScan whole = loaded != null ? loaded : ArrayScan.of(readFrom(0));
      return new Reading(state, version(), true, whole.messages());
    }
    if (since.length() == end) {
      return new Reading(state, version(), false, List.of());
    }
    byte[] array = readFrom(since.length() - 1);
    // In place of the byte before comes the bracket, and the comma behind it goes.
    array[0] = '[';
    int comma = 1;
    while (comma < array.length && array[comma] <= ' ') {
      comma++;
    }
    if (comma < array.length && array[comma] == ',') {
      array[comma] = ' ';
    }
    return new Reading(state, version(), false, ArrayScan.of(array).messages());
  }

  /** Appends, if the log is at this version; false where it is not. */
  boolean append(LogVersion expected, List<Message> elements) throws IOException {
    refresh();
    if (!expected.equals(version())) {
      return false;
    }
    if (elements.isEmpty()) {
      return true;
    }
    if (stamp == null) {
      byte[] array = MessageArray.of(elements);
      Disk.makeFolders(file.getParent());
      Disk.replace(file, array);
      Disk.forceDirectory(file.getParent());
      left(FileStamp.of(file), array.length - MessageArray.CLOSE.length, false, MessageArray.CLOSE);
      return true;
    }
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    MessageArray.write(block, elements, isEmpty);
    long newEnd = end + block.size();
    block.writeBytes(MessageArray.CLOSE);
    while (end + block.size() < stamp.size()) {
      block.write('\n'); // Covers a longer tail, such as another program's blank lines.
    }
    overwriteTail(block.toByteArray());
    byte[] newTail = Arrays.copyOfRange(block.toByteArray(), (int) (newEnd - end), block.size());
    left(FileStamp.of(file), newEnd, false, newTail);
    return true;
  }

  /** Returns when what was appended before is on the disk. May be called by any thread. */
  void force() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(false);
    } catch (NoSuchFileException e) {
      LOG.log(Level.DEBUG, "{0} is gone, so there is nothing to force", file);
    }
  }

  private void overwriteTail(byte[] block) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      try {
        out.seek(end);
        out.write(block);
      } catch (IOException e) {
        takeBack(out, e);
        throw e;
      }
    }
  }

  /** Undoes a write that broke off, so that the array is closed again. */
  private void takeBack(RandomAccessFile out, IOException cause) {
    try {
      out.seek(end);
      out.write(tail);
      out.setLength(end + tail.length);
      stamp = FileStamp.of(file);
    } catch (IOException e) {
      cause.addSuppressed(e);
      epoch = null; // The next look repairs it.
    }
  }

  private void left(FileStamp newStamp, long newEnd, boolean newIsEmpty, byte[] newTail) {
    stamp = newStamp;
    end = newEnd;
    isEmpty = newIsEmpty;
    tail = newTail;
  }

  /** Looks whether the file is as it was left; if not, reads it, repairs it and says what it is. */
  private ArrayScan refresh() throws IOException {
    FileStamp now = FileStamp.of(file);
    if (epoch != null && Objects.equals(now, stamp)) {
      return null;
    }
    if (epoch != null) {
      LOG.log(Level.INFO, "{0} was changed by another program and is read again", file);
    }
    epoch = null; // Until it is known, also when reading fails.
    ArrayScan scan = load(now);
    epoch = UUID.randomUUID().toString();
    return scan;
  }

  private ArrayScan load(FileStamp now) throws IOException {
    if (now == null) {
      left(null, 0, true, MessageArray.CLOSE);
      return ArrayScan.NOTHING;
    }
    // The stamp is older than the bytes: a change in between is noticed the next time.
    byte[] bytes = Files.readAllBytes(file);
    ArrayScan scan = ArrayScan.of(bytes);
    if (scan.isClosed()) {
      left(now, scan.end(), scan.isEmpty(), Arrays.copyOfRange(bytes, scan.end(), bytes.length));
      return scan;
    }
    if (!scan.isArray() || (scan.isEmpty() && scan.closedAt() < 0)) {
      Path aside = Disk.aside(file, "unreadable", clock);
      Files.move(file, aside);
      Disk.forceDirectory(file.getParent());
      LOG.log(Level.WARNING, "{0} holds no whole message and was set aside as {1}", file, aside);
      left(null, 0, true, MessageArray.CLOSE);
      return ArrayScan.NOTHING;
    }
    repair(bytes, scan);
    left(FileStamp.of(file), scan.end(), scan.isEmpty(), MessageArray.CLOSE);
    return scan;
  }

  private void repair(byte[] bytes, ArrayScan scan) throws IOException {
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

  private void keep(byte[] cut, Path aside) throws IOException {
    try {
      Disk.writeForced(aside, cut);
      Disk.forceDirectory(file.getParent());
    } catch (IOException e) {
      try {
        Files.deleteIfExists(aside); // Else each attempt would leave another piece.
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** The bytes from a place in the file to its end as it was left. */
  private byte[] readFrom(long from) throws IOException {
    if (stamp == null) {
      return new byte[0];
    }
    long length = end + tail.length - from;
    if (length > Integer.MAX_VALUE - 16) {
      throw new IOException("a transcript of more than 2 GB cannot be read: " + file);
    }
    byte[] bytes = new byte[(int) length];
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(from);
      in.readFully(bytes);
    }
    return bytes;
  }
}
