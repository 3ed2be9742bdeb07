package dev.helix.store;

import dev.helix.message.Message;
import dev.helix.session.Erasing;
import dev.helix.session.Lease;
import dev.helix.session.Owner;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A look at a store beside the servers that use it, as {@link Provider#openToRead} opens one:
 * whatever would change something throws {@link UnsupportedOperationException}.
 */
public interface ReadOnlySessions extends SessionStore {
  @Override
  default Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    throw readOnly();
  }

  @Override
  default void force(SessionId id) {
    throw readOnly();
  }

  @Override
  default Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change) {
    throw readOnly();
  }

  @Override
  default boolean adopt(SessionId id, Owner owner) {
    throw readOnly();
  }

  @Override
  default boolean saveNote(SessionId id, String name, String text) {
    throw readOnly();
  }

  @Override
  default boolean adoptOwnerSecret(byte[] secret) {
    throw readOnly();
  }

  @Override
  default boolean delete(SessionId id) {
    throw readOnly();
  }

  @Override
  default Set<String> erase(SessionId id, Erasing erasing) {
    throw readOnly();
  }

  @Override
  default Optional<Lease> lease(SessionId id, Duration time) {
    throw readOnly();
  }

  @Override
  default boolean renew(Lease lease, Duration time) {
    throw readOnly();
  }

  @Override
  default void release(Lease lease) {
    throw readOnly();
  }

  @Override
  default boolean restore(SessionId id, SessionFiles files) throws IOException {
    throw readOnly();
  }

  @Override
  default boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws IOException {
    throw readOnly();
  }

  @Override
  default void check() {
    throw readOnly();
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("opened for reading only");
  }
}
