package dev.helix.store.redis;

import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.ReadOnlySessions;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.Protocol.Command;

/** A look at sessions in Redis beside the servers that use them. Thread-safe. */
final class RedisSessionView implements ReadOnlySessions {
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
  public Reading read(SessionId id, LogVersion since) {
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
  public Optional<byte[]> findOwnerSecret() {
    return reader.ownerSecret();
  }

  @Override
  public void close() {
    redis.close();
  }
}
