package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.MessageArray;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.store.StatusFile;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import dev.helix.store.disk.NotAFileException;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One session's folder: its {@code status.json}, remembered as long as the file stays as it is, and
 * its {@link TranscriptFile}. Not thread-safe. Specification section 3.
 */
final class SessionFolder {
  private static final Logger LOG = System.getLogger(SessionFolder.class.getName());

  /**
   * The folder in the sessions directory in which sessions are made and deleted. What is in it when
   * a store opens is left by a crash.
   */
  static final String UNFINISHED = ".unfinished";

  /** What the objects take whatever they hold. */
  private static final int MEMORY = 1000;

  private final SessionId id;
  private final Path folder;
  private final Path status;
  private final Clock clock;
  private final SetAside setAside;
  private final TranscriptFile transcript;
  private FileStamp stamp;
  private SessionState state;

  /** When the session was used last, as far as its files do not tell; or null. */
  private Instant used;

  SessionFolder(Path sessions, SessionId id, Clock clock, SetAside setAside) {
    this.setAside = setAside;
    this.id = id;
    this.folder = sessions.resolve(id.value());
    this.status = folder.resolve("status.json");
    this.clock = clock;
    this.transcript = new TranscriptFile(folder.resolve(ShownSession.MESSAGES), clock, setAside);
  }

  Path path() {
    return folder;
  }

  TranscriptFile transcript() {
    return transcript;
  }

  /** About how much memory this takes. */
  long bytes() {
    long characters = status.toString().length() * 3L;
    if (state != null) {
      characters += length(state.originalRequest()) + length(state.conversationId());
      characters += length(state.projectName());
    }
    return MEMORY + 2 * characters;
  }

  private static int length(String text) {
    return text == null ? 0 : text.length();
  }

  /** The session was used, of which its files may not tell. */
  void used(Instant time) {
    used = time;
  }

  /** Writes the time of last use, where the files do not tell it. */
  void writeUse() throws IOException {
    Optional<SessionState> now = state();
    if (now.isPresent() && used != null && used.equals(now.get().updatedAt()) && !tells(used)) {
      write(now.get());
      Disk.forceDirectory(folder);
    }
  }

  private boolean tells(Instant time) throws IOException {
    Instant last = transcript.lastTimestamp();
    return !time.isAfter(state.updatedAt()) || (last != null && !time.isAfter(last));
  }

  /**
   * The state with the time of last use: the latest of what its file says, when the last element
   * was recorded, and what is known here. A folder whose file is unreadable is set aside, and there
   * is no session then.
   */
  Optional<SessionState> state() throws IOException {
    Optional<SessionState> stored = stored();
    if (stored.isEmpty()) {
      used = null;
      return stored;
    }
    Instant time = latest(latest(stored.get().updatedAt(), transcript.lastTimestamp()), used);
    return time.equals(stored.get().updatedAt())
        ? stored
        : Optional.of(stored.get().withUpdatedAt(time));
  }

  static Instant latest(Instant one, Instant other) {
    return other != null && other.isAfter(one) ? other : one;
  }

  /**
   * Whether the state is known, and the transcript, which would show that the folder is another one
   * now, is as it was left and at this version.
   */
  boolean isKnown(LogVersion expected) throws IOException {
    return state != null && transcript.isKnown() && transcript.isAt(expected);
  }

  /** The state as it was when its file was last looked at. */
  SessionState known() {
    return state;
  }

  /** The state as it stands in the file. */
  private Optional<SessionState> stored() throws IOException {
    try {
      // Most that are not known do not exist: that costs no exception.
      FileStamp now = state == null && !Files.exists(folder) ? null : FileStamp.of(status);
      if (now == null) {
        remember(null, null);
        return Optional.empty();
      }
      if (state != null && now.equals(stamp)) {
        return Optional.of(state);
      }
      FolderCheck.refuseLink(folder);
      SessionState read = SessionState.parse(id, StatusFile.read(status));
      if (read.isUnreadable() && state == null && StatusCopy.tells(folder, id)) {
        return rebuilt();
      }
      remember(read, now);
      return Optional.of(read);
    } catch (IllegalArgumentException | NotAFileException e) {
      if (state != null) {
        // Another program writes it right now, or broke it: what we know is written back in time.
        LOG.log(Level.DEBUG, "{0} is unreadable and its last content is used", status);
        return Optional.of(state);
      }
      return rebuilt();
    }
  }

  /** The state made anew; where it is not known whose the session is, all of it is set aside. */
  private Optional<SessionState> rebuilt() throws IOException {
    Optional<SessionState> known = StatusCopy.of(folder, id);
    if (known.isEmpty()) {
      setAside();
      return known;
    }
    Path aside = keepUnreadable();
    Disk.replace(status, known.get().toJson());
    Disk.forceDirectory(folder);
    LOG.log(Level.WARNING, "{0} was unreadable and made anew; what it held is {1}", status, aside);
    remember(known.get(), FileStamp.of(status));
    return known;
  }

  private Path keepUnreadable() throws IOException {
    Path aside = Disk.aside(status, SetAside.WHY, clock);
    if (Files.isRegularFile(status, LinkOption.NOFOLLOW_LINKS)) {
      Files.copy(status, aside);
    } else {
      Files.move(status, aside); // Of a pipe there might never be an end.
    }
    setAside.damaged();
    return aside;
  }

  /**
   * Makes the folder with its first messages, complete before anybody can see it; on the disk only
   * after {@link #forceMade}. What a loss of power makes of it until then was acknowledged to
   * nobody.
   */
  void create(SessionState first, List<Message> elements) throws IOException {
    Path hidden = unfinished("new");
    byte[] array = MessageArray.of(elements);
    try {
      Disk.makeFolder(hidden);
      Path unused = Disk.makeFolder(hidden.resolve("input"));
      Path context = Disk.makeFolder(hidden.resolve("context"));
      byte[] json = first.toJson();
      Disk.write(hidden.resolve("status.json"), json);
      StatusCopy.make(hidden, first, json);
      writeRequest(hidden, first, elements, first.originalRequest());
      Disk.write(context.resolve("messages.json"), array);
      putInPlace(hidden);
    } catch (IOException e) {
      Disk.removeHalfMade(hidden, e);
      throw e;
    }
    remember(first, FileStamp.of(status));
    transcript.made(array.length, elements);
    used = null;
  }

  /** Takes a folder that was made elsewhere as this session's, durably. */
  void take(Path made) throws IOException {
    putInPlace(made);
    Disk.forceDirectory(folder.getParent());
  }

  private void putInPlace(Path made) throws IOException {
    try {
      Files.move(made, folder, StandardCopyOption.ATOMIC_MOVE); // Also onto an empty folder.
    } catch (IOException e) {
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      FolderCheck.refuseLink(folder);
      setAside(); // A folder without a status belongs to nobody that we know.
      Files.move(made, folder, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /**
   * What {@code status.json} says with this state.
   *
   * @param now the state as stored, but for the time of last use
   */
  byte[] statusWith(SessionState now) throws IOException {
    byte[] bytes = Disk.read(status);
    try {
      return ShownSession.status(bytes, now);
    } catch (IllegalArgumentException e) {
      write(now); // Which keeps a copy of what is unreadable.
      return Disk.read(status);
    }
  }

  /** A free name out of sight, for a folder of this session that is being made or deleted. */
  Path unfinished(String what) throws IOException {
    return unfinished(folder.getParent(), what + "." + id);
  }

  /** A free name out of sight in a sessions directory. */
  static Path unfinished(Path sessions, String what) throws IOException {
    makeUnfinished(sessions);
    return sessions.resolve(UNFINISHED).resolve(what + "." + UUID.randomUUID());
  }

  /** Makes the folder out of sight where it is missing. */
  static void makeUnfinished(Path sessions) throws IOException {
    Path unfinished = sessions.resolve(UNFINISHED);
    if (!Files.isDirectory(unfinished, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Disk.makeFolder(unfinished); // Not its parents: a sessions directory that is gone stays so.
      } catch (FileAlreadyExistsException e) {
        Disk.checkFolder(unfinished);
        LOG.log(Level.TRACE, "another thread has just made {0}", unfinished);
      }
    }
  }

  /** Reads all of the session and writes it anew, forced, as {@link TranscriptFile#mend}. */
  void mend() throws IOException {
    stamp = null;
    Optional<SessionState> now = stored();
    if (now.isPresent()) {
      Disk.replace(status, statusWith(now.get()));
      remember(now.get(), FileStamp.of(status));
      transcript.mend();
      forceMade();
    }
  }

  /** Returns when a folder that was just made is on the disk. May be called by any thread. */
  void forceMade() throws IOException {
    try {
      Disk.force(status);
      transcript.force();
      Disk.forceDirectory(folder.resolve("context"));
      Disk.forceDirectory(folder);
      Disk.forceDirectory(folder.getParent());
    } catch (NoSuchFileException e) {
      LOG.log(Level.DEBUG, "{0} is gone, so there is nothing to force", folder);
    }
  }

  /** A note; bytes that are no UTF-8 come as replacement characters. */
  static Optional<String> note(Path folder, String name) throws IOException {
    Path note = folder.resolve(ShownSession.note(name));
    Disk.checkFolder(note.getParent());
    try {
      return Optional.of(new String(Disk.read(note), UTF_8));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Replaces a note, or makes it. */
  void saveNote(String name, String text) throws IOException {
    Path note = folder.resolve(ShownSession.note(name));
    Disk.makeInside(note.getParent());
    Disk.replace(note, text.getBytes(UTF_8));
    Disk.forceDirectory(note.getParent());
  }

  /** Replaces the state; fields in the file that are not ours stay. */
  void write(SessionState next) throws IOException {
    LoadedTranscript.setAsideLink(folder.resolve("input"), clock);
    Path file = folder.resolve(RequestFile.PATH);
    boolean hasRequest = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    if (!hasRequest && StatusFile.isLong(status)) {
      Files.copy(status, Disk.aside(status, "long", clock)); // What it says stands nowhere else.
    }
    byte[] before = StatusFile.read(status);
    byte[] json;
    String request = next.originalRequest();
    boolean replaced = false;
    try {
      json = next.toJson(before);
      request = SessionState.wholeRequest(before);
      replaced = RequestFile.isReplaced(before, next);
    } catch (IllegalArgumentException e) {
      Path aside = keepUnreadable();
      LOG.log(Level.WARNING, "{0} was unreadable; a copy is {1}", status, aside);
      json = next.toJson();
    }
    if (next.originalRequest() != null && (replaced || !hasRequest)) {
      Disk.makeInside(folder.resolve("input"));
      Files.deleteIfExists(file);
      writeRequest(
          folder, next, transcript.read(next, LogVersion.NONE, bytes -> {}).elements(), request);
    }
    Disk.replace(status, json);
    StatusCopy.write(folder, json);
    remember(next, FileStamp.of(status));
    used = null;
  }

  /**
   * Writes all of the request, of which the state may have the beginning only. Not forced: what it
   * says is in the transcript too.
   *
   * @param stored another text that may be the request
   */
  private static void writeRequest(
      Path folder, SessionState state, List<Message> elements, String stored) throws IOException {
    if (state.originalRequest() != null) {
      Disk.write(folder.resolve(RequestFile.PATH), RequestFile.of(state, elements, stored));
    }
  }

  private void remember(SessionState newState, FileStamp newStamp) {
    state = newState;
    stamp = newStamp;
  }

  private void setAside() throws IOException {
    Path aside = Disk.aside(folder, SetAside.WHY, clock);
    Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
    setAside.add(aside);
    Disk.forceDirectory(folder.getParent());
    LOG.log(
        Level.WARNING, "{0} has no readable status.json and was set aside as {1}", folder, aside);
    remember(null, null);
  }
}
