package dev.helix.transfer;

import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ReadOnlySessions;
import dev.helix.transcript.LogVersion;
import java.util.List;
import java.util.Optional;

/** What is in a store that is not there yet. Immutable. */
public final class NoSessions implements ReadOnlySessions {
  @Override
  public Optional<SessionState> find(SessionId id) {
    return Optional.empty();
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    return Reading.NOTHING;
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    return Optional.empty();
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    return Optional.empty();
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return List.of();
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) {
    return false;
  }

  @Override
  public boolean isLeased(SessionId id) {
    return false;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
