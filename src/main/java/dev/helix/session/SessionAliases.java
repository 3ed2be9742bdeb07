package dev.helix.session;

import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The names beside its own by which a store finds a session, each 32 of {@code 0-9 a-f}. A name may
 * outlive its session: who finds one looks whether there is such a session, and whose it is.
 *
 * <p>Thread-safe, blocking and failing as {@link SessionStore} says. What was saved or dropped is
 * so durably on return, on every server of the store.
 */
public interface SessionAliases {
  /** Keeps none. */
  SessionAliases NONE =
      new SessionAliases() {
        @Override
        public Optional<SessionId> find(String alias) {
          return Optional.empty();
        }

        @Override
        public void save(String alias, SessionId id) {
          // It is not found.
        }

        @Override
        public void drop(String alias, SessionId id) {
          // There is none.
        }

        @Override
        public void each(BiConsumer<String, SessionId> visitor) {
          // There are none.
        }
      };

  /**
   * The session that a name leads to, whether it is there or not; empty where none of it is kept.
   */
  Optional<SessionId> find(String alias);

  /** Has a name lead to a session, in place of the one to which it led. */
  void save(String alias, SessionId id);

  /** Takes a name away, if it leads to this session. */
  void drop(String alias, SessionId id);

  /** Shows all names, in no order. One that is saved or dropped meanwhile may be missing. */
  void each(BiConsumer<String, SessionId> visitor);
}
