package dev.helix.store.files;

import dev.helix.message.Message;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Reading;
import dev.helix.store.ArrayEnd;
import dev.helix.store.ArrayScan;
import dev.helix.store.Erasure;
import dev.helix.store.MessageArray;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import dev.helix.store.disk.NotAFileException;
import dev.helix.transcript.LogVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * One {@code messages.json}: an array that is appended to in place. It knows where the last element
 * ends and what the file looked like when it left it, so that an append is one write over the
 * closing bracket, and another program's change is noticed. The first look is at the file's end
 * alone, where that is as it is written here. Not thread-safe, but for {@link #force}.
 *
 * <p>A version's length is where in the file the last element ends, 0 when there is no file. Its
 * epoch names the file as this object knows it, and what it looked like from outside: with the one,
 * a version is good as long as this object lives; with the other, as long as the file is as it was,
 * so that it outlives this object.
 */
public final class TranscriptFile {
  private static final Logger LOG = System.getLogger(TranscriptFile.class.getName());
  private static final char MARK = '/';

  private final Path file;
  private final Clock clock;
  private final SetAside damage;

  /** Null as long as the file was not looked at. */
  private String lineage;

  private FileStamp stamp;
  private long end;
  private boolean isEmpty;

  /** What stands behind the last element. */
  private byte[] tail = MessageArray.CLOSE;

  /** When the last element was recorded, or null. */
  private Instant lastTimestamp;

  TranscriptFile(Path file, Clock clock, SetAside damage) {
    this.file = file;
    this.clock = clock;
    this.damage = damage;
  }

  /** Takes over a file that was just made of {@link MessageArray#of}. */
  void made(int size, List<Message> elements) throws IOException {
    left(
        FileStamp.of(file),
        size - MessageArray.CLOSE.length,
        elements.isEmpty(),
        MessageArray.CLOSE);
    lastTimestamp = lastOf(elements);
    lineage = newLineage();
  }

  /** Whether there was a file when it was last looked at, so that its end would be noticed. */
  boolean isKnown() {
    return lineage != null && stamp != null;
  }

  /** Where the log ended when it was last read or written, without a look at the file. */
  LogVersion version() {
    return new LogVersion(lineage + mark(), end);
  }

  /** What the file looked like when it was left. */
  private String mark() {
    return MARK
        + (stamp == null
            ? ""
            : stamp.size() + "-" + stamp.modified().to(TimeUnit.NANOSECONDS) + "-" + stamp.key());
  }

  private boolean isCurrent(LogVersion version) {
    return version.length() == end && (isOfLineage(version) || version.epoch().endsWith(mark()));
  }

  private boolean isOfLineage(LogVersion version) {
    return version.epoch().startsWith(lineage + MARK);
  }

  private static String newLineage() {
    return UUID.randomUUID().toString();
  }

  private static Instant lastOf(List<Message> elements) {
    return elements.isEmpty() ? null : elements.get(elements.size() - 1).timestamp();
  }

  /**
   * When the last element was recorded; null where that is not known. It looks at a file that was
   * not looked at before, and repairs nothing.
   */
  Instant lastTimestamp() throws IOException {
    if (lineage == null) {
      FileStamp now = look();
      boolean unused = now != null && loadEnd(now);
    }
    return lineage == null ? null : lastTimestamp;
  }

  /** Reads as {@link dev.helix.session.SessionStore#read} does for a session that exists. */
  Reading read(SessionState state, LogVersion since, LongConsumer ahead) throws IOException {
    refresh(ahead);
    if (since.length() == 0) {
      return whole(state, ahead);
    }
    if (isCurrent(since)) {
      return new Reading(state, version(), false, List.of());
    }
    if (!isOfLineage(since) || since.length() > end) {
      return whole(state, ahead);
    }
    ahead.accept(end - since.length());
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

  /** Reads as {@link dev.helix.session.SessionStore#readEnd} does for a session that exists. */
  Reading readEnd(SessionState state, int bytes, LongConsumer ahead) throws IOException {
    refresh(ahead);
    ahead.accept(Math.min(end, bytes));
    ArrayEnd last = end > bytes ? ArrayEnd.read(file, bytes) : null;
    if (last != null) {
      ahead.accept(last.elements().stream().mapToLong(Message::length).sum());
    }
    return last == null
        ? whole(state, ahead)
        : new Reading(state, version(), last.isAll(), last.elements());
  }

  private Reading whole(SessionState state, LongConsumer ahead) throws IOException {
    if (stamp == null) {
      return new Reading(state, version(), true, List.of());
    }
    ahead.accept(end);
    ArrayScan scan = ArrayScan.of(readFrom(0));
    // Where only its end was looked at so far, damage before that is found now.
    boolean isWhole = scan.isClosed() && !scan.isDamaged();
    List<Message> messages = isWhole ? scan.messages() : load();
    return new Reading(state, version(), true, messages);
  }

  /** Whether the log is at this version. */
  boolean isAt(LogVersion version) throws IOException {
    refresh(bytes -> {});
    return isCurrent(version);
  }

  /** Appends to the log as {@link #isAt} has just found it. */
  void append(List<Message> elements) throws IOException {
    if (elements.isEmpty()) {
      return;
    }
    if (stamp == null) {
      byte[] array = MessageArray.of(elements);
      Disk.makeInside(file.getParent());
      Disk.replace(file, array);
      Disk.forceDirectory(file.getParent());
      left(FileStamp.of(file), array.length - MessageArray.CLOSE.length, false, MessageArray.CLOSE);
    } else {
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
    }
    lastTimestamp = lastOf(elements);
  }

  /** Returns when what was appended before is on the disk. May be called by any thread. */
  void force() throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(false);
    } catch (NoSuchFileException e) {
      LOG.log(Level.DEBUG, "{0} is gone, so there is nothing to force", file);
    }
  }

  /**
   * Reads all of the file, repairs it and writes it anew, forced: after a failed force a disk may
   * lack what is still read from memory, and say nothing of it the next time.
   */
  void mend() throws IOException {
    List<Message> unused = load();
    if (stamp != null) {
      Disk.replace(file, readFrom(0));
      Disk.forceDirectory(file.getParent());
      stamp = FileStamp.of(file);
    }
  }

  /**
   * What becomes of the file when elements are erased. What is damaged is repaired first, as when
   * it is read.
   */
  ErasedTranscript erased(Erasure erasure) throws IOException {
    refresh(bytes -> {});
    ErasedTranscript erased = ErasedTranscript.of(file, erasure);
    if (erased == null) {
      List<Message> unused = load();
      erased = ErasedTranscript.of(file, erasure);
    }
    return erased;
  }

  /** The file was replaced, and is looked at anew. */
  void replaced() {
    lineage = null;
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
      lineage = null; // The next look repairs it.
    }
  }

  private void left(FileStamp newStamp, long newEnd, boolean newIsEmpty, byte[] newTail) {
    stamp = newStamp;
    end = newEnd;
    isEmpty = newIsEmpty;
    tail = newTail;
  }

  /** Looks whether the file is as it was left; if not, finds out what it is, and repairs it. */
  private void refresh(LongConsumer ahead) throws IOException {
    FileStamp now = look();
    if (lineage != null && Objects.equals(now, stamp)) {
      return;
    }
    if (lineage != null) {
      LOG.log(Level.INFO, "{0} was changed by another program and is read again", file);
    }
    lineage = null;
    FolderCheck.refuseLink(file.getParent().getParent());
    if (now == null || !loadEnd(now)) {
      ahead.accept(now == null ? 0 : now.size());
      List<Message> unused = load();
    }
  }

  /** The file's stamp; null where it is none, which is found out when it is read. */
  private FileStamp look() throws IOException {
    try {
      return FileStamp.of(file);
    } catch (NotAFileException e) {
      return null;
    }
  }

  /** Looks at the end alone; false where that says nothing of the file. */
  private boolean loadEnd(FileStamp now) throws IOException {
    if (Files.isSymbolicLink(file.getParent())) {
      return false;
    }
    ArrayEnd last = ArrayEnd.read(file, 0);
    if (last == null || last.end() + MessageArray.CLOSE.length != now.size()) {
      return false;
    }
    left(now, last.end(), false, MessageArray.CLOSE);
    lastTimestamp = last.lastTimestamp();
    lineage = newLineage();
    return true;
  }

  /** Reads all of the file, and repairs it. */
  private List<Message> load() throws IOException {
    lineage = null; // Until it is known, also when reading fails.
    LoadedTranscript loaded = LoadedTranscript.read(file, clock, damage);
    ArrayScan scan = loaded.scan();
    left(loaded.stamp(), scan.end(), scan.isEmpty(), loaded.tail());
    lastTimestamp = lastOf(scan.messages());
    lineage = newLineage();
    return scan.messages();
  }

  /** The bytes from a place in the file to its end as it was left. */
  private byte[] readFrom(long from) throws IOException {
    long length = end + tail.length - from;
    if (length > Integer.MAX_VALUE - 16) {
      throw new IOException("a transcript of more than 2 GB cannot be read: " + file);
    }
    byte[] bytes = new byte[(int) length];
    try (RandomAccessFile in = Disk.openToRead(file)) {
      in.seek(from);
      in.readFully(bytes);
    }
    return bytes;
  }
}
