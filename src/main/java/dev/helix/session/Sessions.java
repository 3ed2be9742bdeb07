package dev.helix.session;

import dev.helix.session.SessionStore.Position;
import dev.helix.transcript.Transcript;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The sessions that one {@link Viewer} may see: listed, read, named, archived, restored, given to
 * an owner and deleted. A session that is not theirs is the same as one that does not exist, also
 * in what is asked of the store. Each call, also one that only reads, is one line of the audit log
 * {@code dev.helix.audit}, which is written before the call returns or throws.
 *
 * <p>Thread-safe, and cheap to make: one for each request. Every method may wait for the store.
 * Failures of the store are {@link SessionException}s.
 *
 * <pre>{@code
 * Owner ann = new Owner("acme", "ann");
 * Sessions hers = new Sessions(manager, Viewer.owner(ann, request.getRemoteAddr()));
 * Sessions.Page newest = hers.list(SessionFilter.ALL, null, 50);
 * for (SessionView session : newest.sessions()) {
 *   System.out.println(session.updatedAt() + " " + session.title());
 * }
 * Optional<Transcript> said = hers.transcript(newest.sessions().get(0).id());
 * }</pre>
 */
public final class Sessions {
  private final SessionManager manager;
  private final SessionStore store;
  private final Viewer viewer;
  private final Audit audit;

  /** The sessions of a manager as somebody sees them. */
  public Sessions(SessionManager manager, Viewer viewer) {
    this.manager = Objects.requireNonNull(manager, "manager");
    this.store = manager.store;
    this.viewer = Objects.requireNonNull(viewer, "viewer");
    this.audit = new Audit(viewer);
  }

  /**
   * A piece of a list.
   *
   * @param sessions the newest first
   * @param next behind which the list goes on; null where it has ended
   */
  public record Page(List<SessionView> sessions, String next) {
    public Page {
      sessions = List.copyOf(sessions);
    }
  }

  /**
   * Sessions in the order of their last use, the newest first, archived ones among them. A list in
   * pages has each session once that is not used meanwhile, and none twice.
   *
   * @param filter which; for whoever is no operator its owner, if any, counts as another filter: of
   *     others there is nothing
   * @param after what the page before gave as {@link Page#next}; null for the first page
   * @param limit how many at most, at least 1
   * @throws IllegalArgumentException if {@code after} was given by no page
   */
  public Page list(SessionFilter filter, String after, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a page has at least one session");
    }
    Position place = after == null ? null : position(after);
    return audited(
        "list",
        about(filter),
        () -> {
          Optional<SessionFilter> seen = seen(filter);
          int oneMore = Math.max(limit, limit + 1); // It says whether the list goes on.
          List<ListedSession> listed =
              seen.isEmpty() ? List.of() : store.list(seen.get(), place, oneMore);
          List<ListedSession> page = listed.subList(0, Math.min(limit, listed.size()));
          return new Page(
              page.stream().map(each -> SessionView.of(each, viewer)).toList(),
              listed.size() > limit ? cursor(page.get(limit - 1).state()) : null);
        },
        page -> "" + page.sessions().size());
  }

  /** How many sessions {@link #list} has in all its pages. */
  public long count(SessionFilter filter) {
    return audited(
        "count",
        about(filter),
        () -> seen(filter).map(store::count).orElse(0L),
        count -> "" + count);
  }

  /** What of a filter this viewer sees; empty where that is nothing. */
  private Optional<SessionFilter> seen(SessionFilter filter) {
    if (viewer.isOperator()) {
      return Optional.of(filter);
    }
    boolean isOthers = filter.owner() != null && !filter.owner().equals(viewer.owner());
    return isOthers ? Optional.empty() : Optional.of(filter.withOwner(viewer.owner()));
  }

  private static String about(SessionFilter filter) {
    return filter.owner() == null
        ? "session=-"
        : "session=- of=" + Audit.value(filter.owner().toString());
  }

  /** A session; empty where there is none that this viewer sees. */
  public Optional<SessionView> find(SessionId id) {
    return deed("read", id, state -> Optional.of(view(state)));
  }

  /**
   * Everything that was said in a session, as a tree; empty where there is none that this viewer
   * sees.
   *
   * @throws TextsWithheldException if this viewer may not read it
   * @throws TranscriptTooLongException if that is more than an eighth of the heap
   */
  public Optional<Transcript> transcript(SessionId id) {
    return deed(
        "read-messages",
        id,
        state -> {
          requireTexts(state);
          return Optional.of(manager.transcript(id));
        });
  }

  /**
   * Names a session, which is no use of it. One that is archived is restored for that.
   *
   * @param title one line of at most 200 characters; null or empty for none, so that the beginning
   *     of its first question is its title again
   * @return the session; empty where there is none that this viewer sees
   * @throws TextsWithheldException if this viewer may not read what its owner wrote
   * @throws IllegalArgumentException if the title is too long
   */
  public Optional<SessionView> rename(SessionId id, String title) {
    String name = SessionTitle.checked(title);
    return deed(
        "rename",
        id,
        state -> {
          requireTexts(state);
          return store
              .update(id, now -> viewer.readsTextsOf(now.owner()) ? now.withName(name) : null)
              .map(this::view);
        });
  }

  /**
   * Moves a session into the archive. What it was not moved for, that it was used within the last
   * minute or that the archive has one of its name and month, is not said.
   *
   * @return the session, which says whether it is archived; empty where there is none that this
   *     viewer sees
   * @throws IllegalStateException if there is no archive
   */
  public Optional<SessionView> archive(SessionId id) {
    return deed(
        "archive",
        id,
        state -> {
          boolean moved = !store.isArchived(id) && manager.archive(id);
          return store.find(id).map(moved ? this::archived : this::view);
        });
  }

  /**
   * Moves a session from the archive back, which counts as a use. Does nothing where it is not
   * archived.
   *
   * @return the session; empty where there is none that this viewer sees
   */
  public Optional<SessionView> restore(SessionId id) {
    return deed(
        "restore",
        id,
        state -> {
          boolean unused = store.isArchived(id) && store.unarchive(id);
          return store.find(id).map(this::view);
        });
  }

  /**
   * Gives a session that has no owner to one, as {@link SessionManager#adopt} does; for operators.
   *
   * @return the session; empty where there is none that this viewer sees, or who is no operator
   * @throws AdoptionRefusedException if it has an owner, or the owner has its conversation already
   * @throws TextsWithheldException if an operator who may not read texts takes it
   */
  public Optional<SessionView> adopt(SessionId id, Owner owner) {
    return deed(
        "adopt",
        id,
        state -> {
          if (!viewer.isOperator()) {
            return Optional.empty();
          }
          boolean takes = owner.forConversation(state.conversationId()).equals(viewer.owner());
          if (takes) {
            requireTexts(state);
          }
          return Optional.of(view(manager.adopt(id, owner)));
        });
  }

  /** Removes a session and all its content for good, also from the archive. */
  public boolean delete(SessionId id) {
    return deed("delete", id, state -> manager.delete(id) ? Optional.of(true) : Optional.empty())
        .isPresent();
  }

  private SessionView view(SessionState state) {
    return SessionView.of(new ListedSession(state, store.isArchived(state.sessionId())), viewer);
  }

  private SessionView archived(SessionState state) {
    return SessionView.of(new ListedSession(state, true), viewer);
  }

  private void requireTexts(SessionState state) {
    if (!viewer.readsTextsOf(state.owner())) {
      throw new TextsWithheldException();
    }
  }

  /** What is done to a session that this viewer sees; empty where there is nothing to answer. */
  private interface Deed<T> {
    Optional<T> on(SessionState state);
  }

  /** The one check: does it, unless there is no session, or it is not this viewer's to see. */
  private <T> Optional<T> deed(String what, SessionId id, Deed<T> deed) {
    return audited(
        what,
        "session=" + id,
        () -> store.find(id).filter(state -> viewer.sees(state.owner())).flatMap(deed::on),
        done -> done.isPresent() ? "done" : "none");
  }

  /** How a deed ended, for the log. */
  private interface Ending<T> {
    String of(T done);
  }

  private <T> T audited(String what, String about, Supplier<T> work, Ending<T> ending) {
    String result = "failed";
    try {
      T done = work.get();
      result = ending.of(done);
      return done;
    } catch (TextsWithheldException | AdoptionRefusedException e) {
      result = "refused";
      throw e;
    } finally {
      audit.log(what, about, result);
    }
  }

  private static String cursor(SessionState state) {
    return state.updatedAt() + "~" + state.sessionId();
  }

  private static Position position(String cursor) {
    int end = Math.max(0, cursor.indexOf('~'));
    try {
      return new Position(
          Instant.parse(cursor.substring(0, end)), new SessionId(cursor.substring(end + 1)));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new IllegalArgumentException("no page ended there", e);
    }
  }
}
