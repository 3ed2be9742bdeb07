package dev.helix.store.redis;

import java.util.function.Consumer;
import java.util.function.Function;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** Connections to one Redis. Thread-safe. */
final class RedisServerLink implements RedisLink {
  private final ConnectionPool pool;

  RedisServerLink(RedisAddress address) {
    pool =
        new ConnectionPool(
            RedisClients.hosts(address).iterator().next(),
            RedisClients.login(address),
            RedisClients.pool());
  }

  @Override
  public <T> T with(String key, Function<RedisWire, T> work) {
    try (Connection connection = pool.getResource()) {
      return work.apply(new RedisWire(connection, false));
    } catch (JedisConnectionException e) {
      // The others were made before it broke: they lead nowhere either.
      pool.clear();
      throw e;
    } catch (JedisDataException e) {
      if (RedisFailures.isElsewhere(e)) {
        pool.clear();
      }
      throw e;
    }
  }

  @Override
  public void withEach(Consumer<RedisWire> work) {
    with(
        "",
        wire -> {
          work.accept(wire);
          return null;
        });
  }

  @Override
  public void close() {
    pool.close();
  }
}
