package dev.helix.session;

import java.time.Instant;
import java.util.Objects;

/**
 * A session as a {@link Viewer} sees it. Immutable.
 *
 * @param id its name
 * @param owner whose it is
 * @param conversationId the conversation's raw id; null where it has none
 * @param title what it is called, "" where it has neither a name nor a question; null where the
 *     viewer may not read what its owner wrote
 * @param createdAt when it began
 * @param updatedAt when it was last used
 * @param archived whether it is in the archive
 */
public record SessionView(
    SessionId id,
    Owner owner,
    String conversationId,
    String title,
    Instant createdAt,
    Instant updatedAt,
    boolean archived) {
  public SessionView {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(owner, "owner");
  }

  static SessionView of(ListedSession listed, Viewer viewer) {
    SessionState state = listed.state();
    return new SessionView(
        state.sessionId(),
        state.owner(),
        state.conversationId(),
        viewer.readsTextsOf(state.owner()) ? state.title() : null,
        state.createdAt(),
        state.updatedAt(),
        listed.archived());
  }
}
