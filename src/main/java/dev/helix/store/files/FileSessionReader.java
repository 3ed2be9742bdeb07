package dev.helix.store.files;

import dev.helix.session.Owner;
import dev.helix.session.SessionAliases;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ArrayScan;
import dev.helix.store.ReadOnlySessions;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import dev.helix.store.disk.FileStamp;
import dev.helix.store.files.recent.Use;
import dev.helix.store.files.recent.UseFolder;
import dev.helix.transcript.LogVersion;
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
 * nothing. Each call reads the files anew. Of a transcript that is being written the whole elements
 * are read. Thread-safe, without state.
 */
record FileSessionReader(Path sessions) implements ReadOnlySessions {
  private static final Logger LOG = System.getLogger(FileSessionReader.class.getName());

  /** Two changes within so long may have one time, whatever the file system. */
  private static final Duration QUIET = Duration.ofSeconds(3);

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
    Path folder = sessions.resolve(id.value());
    FolderCheck.refuseLink(folder);
    try {
      SessionState stored = UseFolder.stored(folder, id);
      return Optional.of(
          stored.isUnreadable() && StatusCopy.tells(folder, id)
              ? rebuilt(id, folder, null)
              : stored);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(rebuilt(id, folder, e));
    } catch (IOException e) {
      throw Disk.failure("cannot read session " + id, e);
    }
  }

  private static SessionState rebuilt(SessionId id, Path folder, IllegalArgumentException cause) {
    try {
      return StatusCopy.of(folder, id)
          .orElseThrow(
              () ->
                  new SessionException(
                      folder.resolve(ShownSession.STATUS) + " is unreadable", cause));
    } catch (IOException e) {
      throw Disk.failure("cannot read session " + id, e);
    }
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    Path file = sessions.resolve(id.value()).resolve(ShownSession.MESSAGES);
    Optional<SessionState> state = find(id);
    if (state.isEmpty()) {
      return Reading.NOTHING;
    }
    try {
      Disk.checkFolder(file.getParent());
      ArrayScan scan = ArrayScan.of(Disk.read(file));
      return new Reading(state.get(), new LogVersion("", scan.end()), true, scan.messages());
    } catch (NoSuchFileException e) {
      return new Reading(state.get(), LogVersion.NONE, true, List.of());
    } catch (IOException e) {
      throw Disk.failure("cannot read " + file, e);
    }
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    try {
      FolderCheck.refuseLink(sessions.resolve(id.value()));
      return SessionFolder.note(sessions.resolve(id.value()), name);
    } catch (IOException e) {
      throw Disk.failure("cannot read a note of session " + id, e);
    }
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return page(null, after, limit);
  }

  @Override
  public List<SessionState> listOf(Owner owner, Position after, int limit) {
    return page(Use.key(owner), after, limit);
  }

  private List<SessionState> page(String owner, Position after, int limit) {
    UseFolder order = new UseFolder(sessions);
    Use place = Use.at(after);
    if (limit > 0 && order.isWhole()) {
      try {
        // In this order: what leaves the log is in the sorted file before.
        Map<String, Use> newest = order.readLog();
        return order.page(
            newest,
            place,
            owner,
            limit,
            this::findReadable,
            (line, found) -> newest.containsKey(line.id()));
      } catch (IOException e) {
        LOG.log(Level.WARNING, "the order of last use is damaged", e);
      }
    }
    return order.pageOfAll(place, owner, limit, this::findReadable);
  }

  @Override
  public SessionAliases aliases() {
    return new AliasFiles(sessions);
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    return new OwnerSecretFile(sessions).find();
  }

  private Optional<SessionState> findReadable(SessionId id) {
    try {
      return find(id);
    } catch (SessionException e) {
      LOG.log(Level.WARNING, "left out: " + e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * As the contract says, but what a server writes meanwhile may be shown or not, and of a session
   * that it removes meanwhile something may have been shown.
   */
  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    if (find(id).isEmpty()) {
      return false;
    }
    Path folder = sessions.resolve(id.value());
    try {
      Map<String, FileStamp> unused = WholeFolder.show(folder, () -> status(folder, id), visitor);
      return true;
    } catch (WholeFolder.VisitorFailure e) {
      throw e.getCause();
    } catch (IOException e) {
      if (Files.notExists(folder)) {
        return false;
      }
      throw Disk.failure("cannot show session " + id, e);
    }
  }

  private byte[] status(Path folder, SessionId id) throws IOException {
    byte[] stored = Disk.read(folder.resolve(ShownSession.STATUS));
    SessionState state = find(id).orElseThrow(() -> new NoSuchFileException(folder.toString()));
    try {
      return ShownSession.status(stored, state);
    } catch (IllegalArgumentException e) {
      return state.toJson();
    }
  }

  /** As {@link FileSessionStore#stamp} says. */
  Optional<String> stamp(SessionId id) {
    try {
      Map<String, FileStamp> stamps = WholeFolder.stamps(sessions.resolve(id.value()));
      Instant quiet = Instant.now().minus(QUIET);
      boolean settled =
          stamps.values().stream().allMatch(it -> it.modified().toInstant().isBefore(quiet));
      return settled ? Optional.of(stamps.toString()) : Optional.empty();
    } catch (IOException | SessionException e) {
      return Optional.empty(); // Who reads it instead says what is the matter.
    }
  }

  @Override
  public void close() {}
}
