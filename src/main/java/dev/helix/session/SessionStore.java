package dev.helix.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;

/**
 * A place where sessions are kept: for each one a {@link SessionState} and a log of messages that
 * only grows. It knows nothing of what the messages mean; placing them in the tree is {@link
 * SessionManager}'s.
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
 * room. What failed is not stored, and what was stored before is intact.
 */
public interface SessionStore extends AutoCloseable {

  /** The state of a session as last stored; empty when there is none of this name. */
  Optional<SessionState> find(SessionId id);

  /**
   * Reads the log, oldest first.
   *
   * @param since how far the caller has read, or {@link Version#NONE} for everything
   * @return what came after; or, where the log is not the one that {@code since} was a place in,
   *     everything, marked as such. Without such a session it is {@link Version#NONE}, from the
   *     start and without elements.
   */
  Reading read(SessionId id, Version since);

  /**
   * Adds elements to the end of the log, all or none, if it is still as the caller knows it. On
   * return every reader sees them; they are on the disk only after {@link #force}.
   *
   * <p>With {@link Version#NONE} it creates the session with this state, so that no one ever sees
   * half of it. For a session that exists, only the state's {@code updated_at} is taken over,
   * sooner or later.
   *
   * @param state whose session it is: its conversation id and owner must be the stored ones
   * @param elements none of which needs an id already; may be empty
   */
  Appended append(SessionState state, Version expected, List<Message> elements);

  /**
   * Returns when everything that was appended to this session before the call is on the disk, or as
   * durable as this store can make it. Does nothing for a session that does not exist.
   */
  void force(SessionId id);

  /**
   * Replaces the stored state of a session, atomically and durably; the later of two wins. Fields
   * that others keep with it stay.
   *
   * @return false, with nothing changed, where the session does not exist or belongs to another
   *     conversation or owner
   */
  boolean update(SessionState state);

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
   * @param name as in {@link #note}
   * @return false, with nothing stored, where the session does not exist
   */
  boolean saveNote(SessionId id, String name, String text);

  /**
   * The secret that owners' session ids are made with: 32 random bytes, made durably by whoever
   * asks first and the same ever after, also for other servers of this store and in a copy of it. A
   * new array each time.
   *
   * @throws SessionException if it is damaged; it is never replaced, as every owner would lose
   *     their sessions
   */
  byte[] ownerSecret();

  /** The sessions last used, the newest first, at most so many. */
  List<SessionState> list(int limit);

  /**
   * Removes a session and all its content, its notes too, for good.
   *
   * @return whether there was one
   */
  boolean delete(SessionId id);

  /** Stores what is outstanding and lets go of what is held. Further calls have no effect. */
  @Override
  void close();

  /**
   * A place in a log. Opaque to callers, who keep it and hand it back.
   *
   * @param epoch names the log as one that has only grown; another one must be read from the start
   * @param length how far in, in a unit of the store's
   */
  record Version(String epoch, long length) {
    /** The place before everything, and that of a session that does not exist. */
    public static final Version NONE = new Version("", 0);

    public Version {
      Objects.requireNonNull(epoch, "epoch");
      if (length < 0) {
        throw new IllegalArgumentException("negative length");
      }
    }
  }

  /**
   * What was read.
   *
   * @param version the place reached
   * @param fromStart whether the elements are the whole log
   * @param elements oldest first
   */
  record Reading(Version version, boolean fromStart, List<Message> elements) {
    public Reading {
      Objects.requireNonNull(version, "version");
      elements = List.copyOf(elements);
    }
  }

  /**
   * What became of an append.
   *
   * @param outcome whether it was done
   * @param version the place after the elements; {@link Version#NONE} where it was not done
   */
  record Appended(Outcome outcome, Version version) {
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
    HELD
  }

  /**
   * Makes stores of one kind. Found by {@link ServiceLoader}, so it needs a public constructor
   * without parameters.
   */
  interface Provider {
    /** What this kind of store is called in a configuration, such as {@code files}. */
    String name();

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
     * set aside. Only {@code find}, {@code read}, {@code note} and {@code list} work; the rest
     * throws {@link UnsupportedOperationException}.
     *
     * @param settings as in {@link #open}
     * @throws IllegalArgumentException if a setting makes no sense
     * @throws SessionException if there is no such store
     */
    SessionStore openToRead(UnaryOperator<String> settings);
  }

  /**
   * Opens a store by its kind's name, as {@link Provider#open} does.
   *
   * @throws IllegalArgumentException if there is no such kind, naming those there are
   */
  static SessionStore open(String name, UnaryOperator<String> settings) {
    return provider(name).open(settings);
  }

  /**
   * Opens a store for reading by its kind's name, as {@link Provider#openToRead} does.
   *
   * @throws IllegalArgumentException if there is no such kind, naming those there are
   */
  static SessionStore openToRead(String name, UnaryOperator<String> settings) {
    return provider(name).openToRead(settings);
  }

  private static Provider provider(String name) {
    List<String> known = new ArrayList<>();
    // This class's own loader: in a container the thread's may be another application's.
    for (Provider provider :
        ServiceLoader.load(Provider.class, SessionStore.class.getClassLoader())) {
      if (provider.name().equals(name)) {
        return provider;
      }
      known.add(provider.name());
    }
    throw new IllegalArgumentException("no session store is called " + name + ", only " + known);
  }
}
