package dev.helix.session;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Changes of stored sessions that are no turns. Thread-safe. */
record StateChanges(
    SessionStore store,
    Clock clock,
    SessionResolver resolver,
    WarmTrees trees,
    OwnAliases aliases) {
  /** Within this time after its use somebody may have a session in hand. */
  private static final Duration IN_USE = Duration.ofMinutes(1);

  /** As {@link SessionManager#updateState} says. */
  SessionState update(SessionId id, UnaryOperator<SessionState> change) {
    return store
        .update(
            id,
            before -> {
              SessionState after = change.apply(before);
              if (!after.sessionId().equals(id) || !after.isSameConversation(before)) {
                throw new IllegalArgumentException(
                    "a change of state may not change the session's ids or owner");
              }
              return after.withUpdatedAt(clock.instant());
            })
        .orElseThrow(() -> SessionException.noSession(id));
  }

  /** As {@link SessionManager#adopt} says. */
  SessionState adopt(SessionId id, Owner owner) {
    Optional<SessionState> before = store.find(id).filter(state -> state.owner().isAnonymous());
    SessionState adopted = trees.locked(id, () -> new Adoption(store, resolver).adopt(id, owner));
    before.ifPresent(aliases::drop); // Only now: an adoption may be refused.
    aliases.keep(adopted);
    return adopted;
  }

  /** As {@link SessionManager#delete} says. */
  boolean delete(SessionId id) {
    store.find(id).ifPresent(aliases::drop);
    return trees.forgetting(id, () -> store.delete(id));
  }

  /** As {@link SessionManager#erase} says. */
  Set<String> erase(SessionId id, Erasing erasing) {
    return erasing.ids().isEmpty()
        ? Set.of()
        : trees.forgetting(id, () -> store.erase(id, erasing));
  }

  /** As {@link SessionManager#archive} says. */
  boolean archive(SessionId id) {
    return store.archive(id, clock.instant().minus(IN_USE));
  }

  /** As {@link SessionManager#archiveIdle} says. */
  int archiveIdle(Duration idle, BooleanSupplier goesOn) {
    Duration unused = idle.compareTo(IN_USE) < 0 ? IN_USE : idle;
    return store.archiveIdle(clock.instant().minus(unused), goesOn);
  }
}
