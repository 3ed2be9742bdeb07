package dev.helix.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ArrayScan;
import dev.helix.store.MessageArray;
import dev.helix.store.RebuiltState;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * The files of an archived session. Each look opens the archive, holds one file at a time, and
 * checks what it reads against its checksum. What is damaged hides nothing else: of the messages
 * all that are readable count, a state is made anew, another file is left out. Not thread-safe.
 */
final class ArchivedFiles {
  /** The state once more, behind all else, as it alone tells whose the session is. */
  static final String STATUS_COPY = ".status.json";

  private static final Set<String> FIRST =
      Set.of(ShownSession.STATUS, STATUS_COPY, ShownSession.MESSAGES);

  private final SessionId id;
  private final Path zip;
  private final Set<String> damaged = new TreeSet<>();

  ArchivedFiles(SessionId id, Path zip) {
    this.id = id;
    this.zip = zip;
  }

  /** An archive of which nothing tells whose it is. */
  static final class UnreadableException extends IOException {
    private static final long serialVersionUID = 1L;

    UnreadableException(Path zip) {
      super(zip + " is no archive of a session, or so damaged that nothing tells whose it is");
    }
  }

  /** What was found damaged in all that was looked at. */
  Set<String> damaged() {
    return Set.copyOf(damaged);
  }

  Path zip() {
    return zip;
  }

  /**
   * The state as it was archived.
   *
   * @throws UnreadableException if nothing tells it
   */
  SessionState state() throws IOException {
    try (ZipReading reading = ZipReading.open(zip)) {
      return status(reading).state();
    }
  }

  /**
   * All messages that are readable.
   *
   * @param ahead is told how many bytes they are, as far as that is known before they are read
   */
  List<Message> messages(LongConsumer ahead) throws IOException {
    try (ZipReading reading = ZipReading.open(zip)) {
      ahead.accept(reading.size(ShownSession.MESSAGES));
      ZipReading.Content content = reading.get(ShownSession.MESSAGES);
      ahead.accept(content == null ? 0 : content.bytes().length);
      return scan(content).messages();
    }
  }

  /** The text of a note; empty where there is none, or a damaged one. */
  Optional<String> note(String name) throws IOException {
    try (ZipReading reading = ZipReading.open(zip)) {
      return Optional.ofNullable(whole(reading, ShownSession.note(name)))
          .map(text -> new String(text, UTF_8));
    }
  }

  /** The session's files, its state as last used at this time, unless it was used later. */
  SessionFiles usedAt(Instant time) {
    return visitor -> show(time, visitor);
  }

  private void show(Instant used, SessionFiles.Visitor visitor) throws IOException {
    try (ZipReading reading = ZipReading.open(zip)) {
      Status status = status(reading);
      boolean later = used.isAfter(status.state().updatedAt());
      visitor.file(
          ShownSession.STATUS,
          later ? status.state().withUpdatedAt(used).toJson(status.json()) : status.json());
      visitor.file(ShownSession.MESSAGES, array(reading));
      boolean isOdd =
          reading.each(
              FIRST,
              (path, content) -> {
                if (content.isWhole()) {
                  visitor.file(path, content.bytes());
                } else {
                  damaged.add(path);
                }
              });
      if (isOdd || !reading.hasList()) {
        damaged.add("the zip's list");
      }
    }
    visitor.end();
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Status(SessionState state, byte[] json) {}

  private Status status(ZipReading reading) throws IOException {
    ZipReading.Content content = reading.get(ShownSession.STATUS);
    Status status = status(content);
    if (status != null && content.isWhole()) {
      return status;
    }
    damaged.add(ShownSession.STATUS);
    ZipReading.Content copied = reading.get(STATUS_COPY);
    Status copy = copied != null && copied.isWhole() ? status(copied) : null;
    if (copy != null) {
      return copy;
    }
    if (status != null) {
      return status;
    }
    String request = RebuiltState.request(whole(reading, RequestFile.PATH));
    SessionState state =
        RebuiltState.ofNobody(id, scan(reading).messages(), request)
            .orElseThrow(() -> new UnreadableException(zip));
    return new Status(state, state.toJson());
  }

  /** What a file says; null where it is no state. */
  private Status status(ZipReading.Content content) {
    try {
      return content == null
          ? null
          : new Status(SessionState.parse(id, content.bytes()), content.bytes());
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private byte[] array(ZipReading reading) throws IOException {
    ZipReading.Content content = reading.get(ShownSession.MESSAGES);
    ArrayScan scan = scan(content);
    boolean isWhole = content != null && scan.isClosed() && !scan.isDamaged();
    return isWhole ? content.bytes() : MessageArray.of(scan.messages());
  }

  private ArrayScan scan(ZipReading reading) throws IOException {
    return scan(reading.get(ShownSession.MESSAGES));
  }

  private ArrayScan scan(ZipReading.Content content) {
    ArrayScan scan = content == null ? ArrayScan.NOTHING : ArrayScan.of(content.bytes());
    if (content == null || !content.isWhole() || !scan.isClosed() || scan.isDamaged()) {
      damaged.add(ShownSession.MESSAGES);
    }
    return scan;
  }

  private byte[] whole(ZipReading reading, String path) throws IOException {
    ZipReading.Content content = reading.get(path);
    return content != null && content.isWhole() ? content.bytes() : null;
  }
}
