package dev.helix.session;

import java.util.Objects;

/**
 * A session as a list shows it. Immutable.
 *
 * @param state as last stored, or as it was archived
 * @param archived whether it is in the archive
 */
public record ListedSession(SessionState state, boolean archived) {
  public ListedSession {
    Objects.requireNonNull(state, "state");
  }
}
