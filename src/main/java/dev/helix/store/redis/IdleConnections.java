package dev.helix.store.redis;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Since when connections are idle. One that was for some seconds is asked whether it still leads to
 * a server before it is used again: a {@code timeout}, a firewall, a restart or a fail-over may
 * have ended it, and whether what is sent on it was done would be known to nobody. Thread-safe.
 */
final class IdleConnections {
  private static final long NANOS = Duration.ofSeconds(2).toNanos();
  private static final int REPLY_MILLIS = 1000;

  private final LongSupplier nanoTime;
  private final Map<Connection, Long> since = Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  IdleConnections(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** It was used until now. */
  void used(Connection connection) {
    since.put(connection, nanoTime.getAsLong());
  }

  /** Whether it can be used; one that cannot is broken then. */
  boolean isAlive(Connection connection) {
    Long last = since.get(connection);
    if (last == null || nanoTime.getAsLong() - last < NANOS) {
      return true;
    }
    try {
      int patience = connection.getSoTimeout();
      connection.setSoTimeout(REPLY_MILLIS);
      boolean unused = connection.ping();
      connection.setSoTimeout(patience);
      return true;
    } catch (JedisException e) {
      connection.setBroken();
      return false;
    }
  }
}
