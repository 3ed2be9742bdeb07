package dev.helix.session;

import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.message.Preamble;
import dev.helix.session.SessionStore.Appended;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.Transcript;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts messages on the end of a session's path without a turn, in one append. All of its log is
 * read for that. Thread-safe.
 */
record Additions(
    SessionStore store, Clock clock, WarmTrees trees, LogMemory memory, OwnerUse owners) {
  /**
   * Adds to a session, or makes it where it is {@link SessionStatus#NEW}. On return what was added
   * is on the disk.
   *
   * @param lease checked when anything is written; null for none
   * @return the session afterwards
   * @throws SessionGoneException if a stored session is not there any more, or another's
   * @throws LeaseLostException if the lease is lost; then nothing is stored
   * @throws OwnerLimitException if the owner may have no more; then nothing is stored
   */
  <X extends Exception> SessionState add(SessionState session, Lease lease, Addition<X> addition)
      throws X {
    owners.checkRoom(session.owner());
    SessionId id = session.sessionId();
    Optional<SessionState> added = Optional.empty();
    while (added.isEmpty()) {
      trees.lock(id);
      try (LogMemory.Part part = memory.part()) {
        Reading read = new LogReader(store, part).read(id, LogVersion.NONE);
        added = add(session, lease, addition, read);
      } finally {
        trees.unlock(id);
      }
    }
    store.force(id);
    return added.get();
  }

  /** Adds to what was read; empty where others have done that meanwhile. */
  private <X extends Exception> Optional<SessionState> add(
      SessionState session, Lease lease, Addition<X> addition, Reading read) throws X {
    SessionState stored = read.state();
    boolean makes = session.status() == SessionStatus.NEW;
    boolean same = stored != null && stored.isSameConversation(session);
    if (makes ? stored != null && !same : !same) {
      throw new SessionGoneException("session " + session.sessionId() + " was deleted or adopted");
    }
    Transcript transcript = Transcript.of(read.elements());
    List<Message> path = transcript.pathTo(transcript.currentEnd(true));
    Instant now = clock.instant();
    List<Message> elements = placed(addition.onto(path), path, now);
    if (elements.isEmpty() && stored != null) {
      return Optional.of(stored);
    }
    SessionState before = stored != null ? stored : session;
    SessionState after = asked(before, elements).withUpdatedAt(now);
    Appended appended = append(after, read.version(), elements, lease, stored == null);
    return switch (appended.outcome()) {
      case DONE -> Optional.of(stored == null ? after : updated(before, after, elements, now));
      case CONFLICT -> Optional.empty();
      case HELD -> throw new SessionGoneException("session " + session.sessionId() + " is held");
      case FENCED ->
          throw new LeaseLostException("the lease of " + session.sessionId() + " was lost");
    };
  }

  private static List<Message> placed(List<Message> messages, List<Message> path, Instant now) {
    List<Message> elements = new ArrayList<>();
    Message last = path.isEmpty() ? null : path.get(path.size() - 1);
    String parentId = last == null ? null : last.id();
    for (Message message : messages) {
      boolean newer = message.id().equals(parentId) && elements.isEmpty();
      String above = newer ? last.parentId() : parentId;
      ElementFields fields = message.element().placed(message.id(), true, above).at(now);
      elements.add(message.as(fields.asAdded()));
      parentId = message.id();
    }
    return elements;
  }

  private Appended append(
      SessionState state, LogVersion end, List<Message> elements, Lease lease, boolean makes) {
    if (makes) {
      owners.making(state.owner());
    }
    boolean done = false;
    try {
      Appended appended = store.append(state, end, elements, lease);
      done = appended.outcome() == Outcome.DONE;
      return appended;
    } finally {
      if (done) {
        owners.stored(state.owner(), elements, makes);
      } else if (makes) {
        owners.notMade(state.owner());
      }
    }
  }

  /** With what the first user says as its original request, where it has none. */
  private static SessionState asked(SessionState before, List<Message> elements) {
    SessionState after =
        before.status() == SessionStatus.NEW ? before.withStatus(SessionStatus.DISCUSSING) : before;
    return after.originalRequest() != null
        ? after
        : Preamble.firstQuestion(elements)
            .map(Message::text)
            .map(after::withOriginalRequest)
            .orElse(after);
  }

  /** The stored state, with its original request where that was none. */
  private SessionState updated(
      SessionState before, SessionState after, List<Message> elements, Instant now) {
    return after.differsBeyondUse(before)
        ? store
            .update(before.sessionId(), state -> asked(state, elements).withUpdatedAt(now))
            .orElse(after)
        : after;
  }
}
