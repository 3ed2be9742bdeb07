package dev.helix.filter;

import dev.helix.message.Message;
import dev.helix.session.Lease;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A store that cannot be reached any more. */
final class BrokenStore implements SessionStore {
  @Override
  public Optional<SessionState> find(SessionId id) {
    throw broken();
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    throw broken();
  }

  @Override
  public Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    throw broken();
  }

  @Override
  public void force(SessionId id) {
    throw broken();
  }

  @Override
  public Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change) {
    throw broken();
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    throw broken();
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    throw broken();
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    throw broken();
  }

  @Override
  public byte[] ownerSecret() {
    throw broken();
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    throw broken();
  }

  @Override
  public boolean adoptOwnerSecret(byte[] secret) {
    throw broken();
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    throw broken();
  }

  @Override
  public boolean delete(SessionId id) {
    throw broken();
  }

  @Override
  public Optional<Lease> lease(SessionId id, Duration time) {
    throw broken();
  }

  @Override
  public boolean renew(Lease lease, Duration time) {
    throw broken();
  }

  @Override
  public void release(Lease lease) {
    throw broken();
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) {
    throw broken();
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) {
    throw broken();
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor) {
    throw broken();
  }

  @Override
  public void check() {
    throw broken();
  }

  @Override
  public void close() {}

  private static SessionException broken() {
    return new SessionException("the store is out of reach at /secret/place");
  }
}
