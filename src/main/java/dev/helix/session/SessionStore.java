package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A place where sessions are kept: for each one a {@link SessionState} and a log of messages that
 * only grows, until some of them are erased. It knows nothing of what the messages mean; placing
 * them in the tree is {@link SessionManager}'s.
 *
 * <p><b>Thread-safety.</b> Every method may be called by several threads at once, also for the same
 * session. What one call stored, every call that begins later sees.
 *
 * <p><b>Blocking.</b> Every method may wait for a disk or a network. None may be called on a thread
 * that serves others' input and output.
 *
 * <p><b>Absence.</b> A session that does not exist is an empty result, never an error.
 *
 * <p><b>Failure.</b> {@link SessionException}, with {@link StorageFullException} where there is no
 * room and {@link StoreUnavailableException} where the store cannot be reached for now; it is used
 * again when it can. What failed is not stored, except that after the latter nobody knows: who
 * repeats an append reads on first. What was stored before is intact.
 *
 * <p><b>Snapshots.</b> What was read is as of that moment. Another server may have added to it
 * since; an append with the version that was read finds that out. Of a state, {@code updated_at}
 * may be behind by a second after a crash; nothing else is.
 *
 * <p><b>Finding or adding</b> messages is one atomic step: read on from the version known, decide
 * what is new, append with that version, and begin again on {@link Outcome#CONFLICT}.
 */
public interface SessionStore
    extends SessionReads, SessionErasure, SessionLeases, SessionLists, OwnerSecrets, AutoCloseable {
  /** The key of the folder for archived sessions. */
  String ARCHIVE_DIRECTORY = "helix.archive.dir";

  /**
   * The state of a session as last stored, made anew or {@link SessionState#unreadable} where that
   * cannot be read; empty when there is none of this name.
   */
  Optional<SessionState> find(SessionId id);

  /** The states of several sessions that exist as {@link #find} gives each, by their names. */
  default Map<SessionId, SessionState> findAll(Collection<SessionId> ids) {
    Map<SessionId, SessionState> found = new HashMap<>();
    ids.forEach(id -> find(id).ifPresent(state -> found.put(id, state)));
    return found;
  }

  /** Makes an unreadable state anew, where it can tell that it is this asker's; else empty. */
  default Optional<SessionState> reclaim(SessionState asked) {
    return Optional.empty();
  }

  /**
   * Adds elements to the end of the log, all or none, if it is still as the caller knows it. On
   * return every reader sees them; they are on the disk only after {@link #force}.
   *
   * <p>With {@link LogVersion#NONE} it creates the session with this state, so that no one ever
   * sees half of it. For a session that exists, only the state's {@code updated_at} is taken over,
   * sooner or later.
   *
   * @param state whose session it is: its conversation id and owner must be the stored ones
   * @param elements none of which needs an id already; may be empty
   * @param lease what the append is allowed by, checked in the same step, before the version; null
   *     for one that needs none, which no lease of another's hinders
   */
  Appended append(SessionState state, LogVersion expected, List<Message> elements, Lease lease);

  /**
   * Returns when everything that was appended to this session before the call is on the disk, or as
   * durable as this store can make it. Does nothing for a session that does not exist.
   */
  void force(SessionId id);

  /**
   * Changes the stored state of a session in one step with regard to all other changes of it, on
   * every server of this store, and durably. Fields that others keep with it stay.
   *
   * @param change makes the new state of the stored one, perhaps more than once; null for no change
   * @return the new state; empty, with nothing changed, where the session does not exist, or the
   *     change gives none, or one of another conversation or owner
   */
  Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change);

  /**
   * Gives a session that is the anonymous owner's to an owner, atomically and durably.
   *
   * @return false, with nothing changed, where the session does not exist or has an owner
   */
  boolean adopt(SessionId id, Owner owner);

  /**
   * A note that is kept with a session; empty when there is none of this name, or no session.
   *
   * @param name {@code [a-z0-9][a-z0-9_-]{0,63}}, checked by the caller
   */
  Optional<String> note(SessionId id, String name);

  /**
   * Replaces a note, or makes it, atomically and durably.
   *
   * @return false, with nothing stored, where the session does not exist
   */
  boolean saveNote(SessionId id, String name, String text);

  @Override
  default byte[] ownerSecret() {
    return NewOwnerSecret.of(this);
  }

  /**
   * The sessions in the order of their last use, the newest first; those used in the same
   * microsecond by their names, the last first. Costs what is listed, not what is stored. A session
   * that is used meanwhile may be missing from, or in, two pages.
   *
   * @param after the last one of the page before; null to begin with the newest
   * @param limit how many at most; 0 for none
   */
  @Override
  List<SessionState> list(Position after, int limit);

  /** The sessions last used, the newest first, at most so many. */
  default List<SessionState> list(int limit) {
    return list(null, limit);
  }

  /**
   * All sessions behind a place, or all, in the order and with the limits of {@link #list(Position,
   * int)}. They are read as they are taken, a thousand at once.
   */
  default Stream<SessionState> all(Position after) {
    int page = 1000;
    return Stream.iterate(
            list(after, page),
            listed -> !listed.isEmpty(),
            listed -> list(Position.of(listed.get(listed.size() - 1)), page))
        .flatMap(List::stream);
  }

  /**
   * By which other names sessions are found. Unless overridden there are none: then a response in a
   * conversation whose id is long is found only where the request names the conversation too.
   */
  default SessionAliases aliases() {
    return SessionAliases.NONE;
  }

  /** Removes a session and all its content, its notes too, for good; says whether there was one. */
  boolean delete(SessionId id);

  /**
   * Removes a session that nobody has used since an append made it: its state, its log and the time
   * of its last use are as that append left them, and nothing else is kept with it. One step with
   * regard to all others.
   *
   * @param made the state that it was made with
   * @param version the place behind that append
   * @return false, with nothing changed, where that is not so, and unless overridden always
   */
  default boolean unmake(SessionState made, LogVersion version) {
    return false;
  }

  /**
   * Shows a whole session as of one moment. Fields of its state that are not known, and files that
   * others keep with it, are shown too.
   *
   * @return false, with nothing shown, where there is none
   * @throws IOException what the visitor throws
   */
  boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException;

  /**
   * About how many bytes are kept with a session: its state, its log, its notes and other files; 0
   * where there is none. Unless overridden all of it is read for that.
   */
  default long bytes(SessionId id) {
    long[] bytes = {0};
    try {
      boolean unused = export(id, (path, content) -> bytes[0] += content.length);
    } catch (IOException e) {
      throw new UncheckedIOException("a visitor that throws nothing", e);
    }
    return bytes[0];
  }

  /**
   * Makes a session of its files, all or nothing, and durably on return. What an {@link #export}
   * shows of it afterwards says the same: the state's and the messages' JSON may be laid out
   * otherwise, all else is equal to the byte.
   *
   * @return false, with nothing changed, where the session exists
   * @throws IOException what showing the files throws
   * @throws IllegalArgumentException if they are not a session's: there is no {@code status.json}
   *     of an object or {@code context/messages.json} of an array, or a path leads astray
   */
  boolean restore(SessionId id, SessionFiles files) throws IOException;

  /**
   * Shows a whole session and removes it, if it was last used before a time. The removal comes
   * after the visitor's {@link SessionFiles.Visitor#end}, and is durable on return. In between
   * nothing is lost: whoever writes to the session waits until it is gone, or it is not removed.
   *
   * @return false, with nothing removed, where there is none or it was used since then; something
   *     may have been shown
   * @throws IOException what the visitor throws; then nothing is removed
   */
  boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws IOException;

  /**
   * Moves a session into the archive, if it was last used before a time.
   *
   * @return false where there is none or it was used since, or where the archive has one of this
   *     session and month, which is never replaced
   * @throws StorageFullException if the archive cannot be written to, whatever the session
   * @throws SessionException if this session cannot be archived
   * @throws IllegalStateException if there is no archive, as unless overridden
   */
  default boolean archive(SessionId id, Instant unusedSince) {
    throw new IllegalStateException("there is no archive");
  }

  /**
   * Moves the sessions into the archive that were last used before a time, on one server of the
   * store at a time. A session that cannot be is logged and passed over.
   *
   * @param goesOn asked before each session; false ends it
   * @return how many it were; none where another server is at it
   * @throws IllegalStateException if there is no archive, as unless overridden
   */
  default int archiveIdle(Instant unusedSince, BooleanSupplier goesOn) {
    throw new IllegalStateException("there is no archive");
  }

  /** Returns when a session was made, read and removed as in a turn; leaves nothing of it. */
  void check();

  /** How often something of a session was found damaged, and kept aside, since this was opened. */
  default int damages() {
    return 0;
  }

  /** Stores what is outstanding and lets go of what is held. Further calls have no effect. */
  @Override
  void close();

  /** A place in the order of last use: when the session there was used, and its name. */
  record Position(Instant updatedAt, SessionId id) {
    public Position {
      Objects.requireNonNull(updatedAt, "updatedAt");
      Objects.requireNonNull(id, "id");
    }

    /** The place of a session that was listed. */
    public static Position of(SessionState state) {
      return new Position(state.updatedAt(), state.sessionId());
    }
  }

  /**
   * What was read, as of one moment.
   *
   * @param state null where there is no such session
   * @param version the place reached
   * @param fromStart whether the elements, the oldest first, are the whole log
   */
  record Reading(
      SessionState state, LogVersion version, boolean fromStart, List<Message> elements) {
    /** What is read of a session that does not exist. */
    public static final Reading NOTHING = new Reading(null, LogVersion.NONE, true, List.of());

    public Reading {
      Objects.requireNonNull(version, "version");
      elements = List.copyOf(elements);
    }
  }

  /** What became of an append, and the place after it; {@link LogVersion#NONE} if not done. */
  record Appended(Outcome outcome, LogVersion version) {
    public Appended {
      Objects.requireNonNull(outcome, "outcome");
      Objects.requireNonNull(version, "version");
    }
  }

  /** How an append ended. */
  enum Outcome {
    /** It is stored. */
    DONE,
    /** The log is not as expected, or there is none: nothing is stored, read on and try again. */
    CONFLICT,
    /** The session belongs to another conversation or owner: nothing is stored. */
    HELD,
    /** The lease is lost, as {@link SessionStore#renew} would say: nothing is stored. */
    FENCED
  }

  /**
   * Makes stores of one kind. Found by {@link java.util.ServiceLoader}, so it needs a public
   * constructor without parameters.
   */
  interface Provider {
    /** What this kind of store is called in a configuration, such as {@code files}. */
    String name();

    /**
     * What makes no sense in the settings, as far as can be said without opening a store: for each
     * such key what it must be. None unless overridden.
     */
    default Map<String, String> problems(UnaryOperator<String> settings) {
      return Map.of();
    }

    /**
     * Opens a store.
     *
     * @param settings gives the value of a key such as {@code helix.sessions.dir}, null when it is
     *     not set
     * @throws IllegalArgumentException if a setting makes no sense
     * @throws SessionException if the store cannot be opened
     */
    SessionStore open(UnaryOperator<String> settings);

    /**
     * Opens a store for a look beside the server that uses it: nothing is made, held, repaired or
     * set aside. Only {@code find}, {@code read}, {@code readEnd}, {@code note}, {@code
     * findOwnerSecret}, {@code list}, {@code listOf}, {@code all} and {@code export} work; the rest
     * throws {@link UnsupportedOperationException}.
     *
     * @throws IllegalArgumentException if a setting makes no sense
     * @throws SessionException if there is no such store
     */
    SessionStore openToRead(UnaryOperator<String> settings);

    /**
     * The folder for archived sessions of a store, which need not exist: {@code helix.archive.dir},
     * which all servers of the store must share; empty where that is not set and this kind of store
     * has no place of its own.
     *
     * @throws IllegalArgumentException if a setting makes no sense
     */
    default Optional<Path> archiveFolder(UnaryOperator<String> settings) {
      return StoreProviders.folder(settings, ARCHIVE_DIRECTORY);
    }
  }

  /**
   * Opens a store by its kind's name, as {@link Provider#open} does.
   *
   * @throws IllegalArgumentException if there is no such kind, naming those there are
   */
  static SessionStore open(String name, UnaryOperator<String> settings) {
    return StoreProviders.named(name).open(settings);
  }

  /** Opens a store as {@link #open} does, but {@linkplain Provider#openToRead to read} alone. */
  static SessionStore openToRead(String name, UnaryOperator<String> settings) {
    return StoreProviders.named(name).openToRead(settings);
  }
}
