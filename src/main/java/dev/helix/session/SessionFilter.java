package dev.helix.session;

import dev.helix.session.SessionStore.Position;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * Which sessions a list is of: those that fit all that is said. Immutable.
 *
 * @param owner whose they are, exactly; null for everybody's
 * @param conversationId the conversation's raw id; null for any
 * @param from the earliest time of last use, to the microsecond; null for any
 * @param to a time after that of last use; null for any
 * @param kept where they are
 */
public record SessionFilter(
    Owner owner, String conversationId, Instant from, Instant to, Kept kept) {
  /** All sessions there are. */
  public static final SessionFilter ALL = new SessionFilter(null, null, null, null, Kept.ANYWHERE);

  /** The first name there is: nothing used at the very moment comes after it. */
  private static final SessionId FIRST_NAME = new SessionId("-");

  private static final Instant LATEST = Instant.MAX.truncatedTo(ChronoUnit.MICROS);

  /** Where sessions are kept. */
  public enum Kept {
    ANYWHERE,
    /** Those that are not archived. */
    STORE,
    ARCHIVE
  }

  public SessionFilter {
    Objects.requireNonNull(kept, "kept");
    from = rounded(from);
    to = rounded(to);
  }

  /** The microsecond that is not before a time: of what is used then nothing is in between. */
  private static Instant rounded(Instant time) {
    Instant micros = time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
    boolean isBetween = time != null && !micros.equals(time) && time.isBefore(LATEST);
    return isBetween ? micros.plus(1, ChronoUnit.MICROS) : micros;
  }

  /** All sessions of an owner. */
  public static SessionFilter of(Owner owner) {
    return ALL.withOwner(owner);
  }

  /** This filter for another owner, null for everybody. */
  public SessionFilter withOwner(Owner newOwner) {
    return new SessionFilter(newOwner, conversationId, from, to, kept);
  }

  /** This filter for a conversation, null for any. */
  public SessionFilter withConversation(String rawId) {
    return new SessionFilter(owner, rawId, from, to, kept);
  }

  /** This filter for a time of last use, null where it has no bound. */
  public SessionFilter between(Instant earliest, Instant before) {
    return new SessionFilter(owner, conversationId, earliest, before, kept);
  }

  /** This filter for a place. */
  public SessionFilter in(Kept place) {
    return new SessionFilter(owner, conversationId, from, to, place);
  }

  /** Whether a session fits, wherever it is kept. */
  public boolean fits(SessionState state) {
    return (owner == null || owner.equals(state.owner()))
        && (conversationId == null || conversationId.equals(state.conversationId()))
        && !isBefore(state)
        && (to == null || state.updatedAt().isBefore(to));
  }

  /** Whether a session was last used too early, as all are that follow it in a list. */
  boolean isBefore(SessionState state) {
    return from != null && state.updatedAt().isBefore(from);
  }

  /** Behind which a list begins: a place, or the time before which sessions are wanted. */
  public Position start(Position after) {
    boolean isLater = to != null && (after == null || !after.updatedAt().isBefore(to));
    return isLater ? new Position(to, FIRST_NAME) : after;
  }
}
