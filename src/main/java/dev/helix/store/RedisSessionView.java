package dev.helix.store;

import dev.helix.session.Lease;
import dev.helix.session.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/** A look at sessions in Redis beside the servers that use them. Thread-safe. */
final class RedisSessionView implements SessionStore {
  private final RedisAccess redis;
  private final RedisSessionReader reader;

  private RedisSessionView(RedisAccess redis) {
    this.redis = redis;
    this.reader = new RedisSessionReader(redis, new RedisOrder(redis, false));
  }

  /**
   * Opens it.
   *
   * @throws dev.helix.session.SessionException if there is no Redis to be read
   */
  static RedisSessionView open(RedisAddress address) {
    RedisAccess redis = new RedisAccess(address, null);
    try {
      redis.with(RedisKeys.ORDER, wire -> wire.call(Command.EXISTS, RedisKeys.ORDER));
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
    return new RedisSessionView(redis);
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    return reader.find(id);
  }

  @Override
  public Reading read(SessionId id, Version since) {
    return reader.read(id, since);
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    return reader.note(id, name);
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return reader.list(after, limit);
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    return reader.export(id, visitor);
  }

  @Override
  public Appended append(
      SessionState state, Version expected, List<Message> elements, Lease lease) {
    throw readOnly();
  }

  @Override
  public void force(SessionId id) {
    throw readOnly();
  }

  @Override
  public boolean update(SessionState state) {
    throw readOnly();
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    throw readOnly();
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    throw readOnly();
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    return reader.ownerSecret();
  }

  @Override
  public boolean adoptOwnerSecret(byte[] secret) {
    throw readOnly();
  }

  @Override
  public byte[] ownerSecret() {
    throw readOnly();
  }

  @Override
  public boolean delete(SessionId id) {
    throw readOnly();
  }

  @Override
  public Optional<Lease> lease(SessionId id, Duration time) {
    throw readOnly();
  }

  @Override
  public boolean renew(Lease lease, Duration time) {
    throw readOnly();
  }

  @Override
  public void release(Lease lease) {
    throw readOnly();
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) {
    throw readOnly();
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor) {
    throw readOnly();
  }

  @Override
  public void check() {
    throw readOnly();
  }

  @Override
  public void close() {
    redis.close();
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("opened for reading only");
  }
}
