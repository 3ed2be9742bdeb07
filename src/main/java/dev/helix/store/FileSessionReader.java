package dev.helix.store;

import dev.helix.session.Lease;
import dev.helix.session.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A look at sessions as folders, also while a server uses them: it takes no lock and changes
 * nothing. Each call reads the files anew. The time of last use may be behind by a second, and of a
 * transcript that is being written the whole elements are read. Thread-safe, without state.
 */
final class FileSessionReader implements SessionStore {
  private static final Logger LOG = System.getLogger(FileSessionReader.class.getName());

  private final Path sessions;

  private FileSessionReader(Path sessions) {
    this.sessions = sessions;
  }

  static FileSessionReader open(Path directory) {
    Path sessions = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(sessions)) {
      throw new SessionException("there is no sessions directory " + sessions);
    }
    return new FileSessionReader(sessions);
  }

  /** As the contract says, but a session whose state is unreadable is an error here. */
  @Override
  public Optional<SessionState> find(SessionId id) {
    Path status = sessions.resolve(id.value()).resolve("status.json");
    try {
      return Optional.of(SessionState.parse(id, Files.readAllBytes(status)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new SessionException(status + " is unreadable", e);
    } catch (IOException e) {
      throw Disk.failure("cannot read " + status, e);
    }
  }

  @Override
  public Reading read(SessionId id, Version since) {
    Path file = sessions.resolve(id.value()).resolve("context").resolve("messages.json");
    if (find(id).isEmpty()) {
      return new Reading(Version.NONE, true, List.of());
    }
    try {
      ArrayScan scan = ArrayScan.of(Files.readAllBytes(file));
      return new Reading(new Version("", scan.end()), true, scan.messages());
    } catch (NoSuchFileException e) {
      return new Reading(Version.NONE, true, List.of());
    } catch (IOException e) {
      throw Disk.failure("cannot read " + file, e);
    }
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    try {
      return NoteFile.in(sessions.resolve(id.value()), name).read();
    } catch (IOException e) {
      throw Disk.failure("cannot read a note of session " + id, e);
    }
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return NewestSessions.in(sessions, after, limit, this::findReadable);
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    try {
      return new OwnerSecretFile(sessions).find();
    } catch (IOException e) {
      throw Disk.failure("cannot read the owners' secret in " + sessions, e);
    }
  }

  private Optional<SessionState> findReadable(SessionId id) {
    try {
      return find(id);
    } catch (SessionException e) {
      LOG.log(Level.WARNING, "left out: " + e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public Appended append(
      SessionState state, Version expected, List<Message> elements, Lease lease) {
    throw readOnly();
  }

  @Override
  public void force(SessionId id) {
    throw readOnly();
  }

  @Override
  public boolean update(SessionState state) {
    throw readOnly();
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    throw readOnly();
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    throw readOnly();
  }

  @Override
  public byte[] ownerSecret() {
    throw readOnly();
  }

  @Override
  public boolean adoptOwnerSecret(byte[] secret) {
    throw readOnly();
  }

  @Override
  public boolean delete(SessionId id) {
    throw readOnly();
  }

  @Override
  public Optional<Lease> lease(SessionId id, Duration time) {
    throw readOnly();
  }

  @Override
  public boolean renew(Lease lease, Duration time) {
    throw readOnly();
  }

  @Override
  public void release(Lease lease) {
    throw readOnly();
  }

  /** As the contract says, but what a server writes meanwhile may be shown or not. */
  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    if (find(id).isEmpty()) {
      return false;
    }
    Path folder = sessions.resolve(id.value());
    try {
      Map<String, FileStamp> unused =
          WholeFolder.show(
              folder,
              Files.readAllBytes(folder.resolve("status.json")),
              WholeFolder.wholeMessages(folder),
              visitor);
      WholeFolder.end(visitor);
      return true;
    } catch (WholeFolder.VisitorFailure e) {
      throw e.getCause();
    } catch (IOException e) {
      throw Disk.failure("cannot show session " + id, e);
    }
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) {
    throw readOnly();
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor) {
    throw readOnly();
  }

  @Override
  public void check() {
    throw readOnly();
  }

  @Override
  public void close() {}

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("opened for reading only");
  }
}
