package dev.helix.store.redis;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Connections to the nodes of a Redis Cluster, whose map is read when it is first needed and again
 * when it is wrong. Follows redirections itself: the client's own way repeats also what may have
 * been done. Thread-safe.
 */
final class RedisClusterLink implements RedisLink {
  private static final int REDIRECTIONS = 5;
  private static final int SLOTS = 16384;

  private final RedisAddress address;
  private ClusterConnectionProvider nodes;
  private boolean closed;

  /** Why the map could not be read when it was last tried. */
  private volatile JedisException failure;

  RedisClusterLink(RedisAddress address) {
    this.address = address;
  }

  private ClusterConnectionProvider nodes() {
    JedisException before = failure;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      if (nodes == null) {
        JedisException sinceThen = failure;
        if (sinceThen != before) {
          // Another caller has tried while this one waited: each by itself would wait in turn.
          throw sinceThen;
        }
        try {
          nodes =
              new ClusterConnectionProvider(
                  RedisClients.hosts(address), RedisClients.login(address), RedisClients.pool());
        } catch (JedisException e) {
          failure = e;
          throw e;
        }
      }
      return nodes;
    }
  }

  @Override
  public <T> T with(String key, Function<RedisWire, T> work) {
    ClusterConnectionProvider known = nodes();
    JedisRedirectionException asked = null;
    for (int i = 0; ; i++) {
      try (Connection connection =
          asked != null
              ? known.getConnection(asked.getTargetNode())
              : known.getConnectionFromSlot(JedisClusterCRC16.getSlot(key))) {
        return work.apply(new RedisWire(connection, asked instanceof JedisAskDataException));
      } catch (JedisRedirectionException e) {
        if (i == REDIRECTIONS) {
          throw e;
        }
        asked = e;
        if (e instanceof JedisMovedDataException) {
          renew(known);
        }
      } catch (JedisConnectionException e) {
        renew(known);
        throw e;
      } catch (JedisDataException e) {
        if (RedisFailures.isElsewhere(e)) {
          renew(known);
        }
        throw e;
      }
    }
  }

  private static void renew(ClusterConnectionProvider known) {
    try {
      known.getNodes().values().forEach(ConnectionPool::clear);
      known.renewSlotCache();
    } catch (JedisException e) {
      // No node answers: the next call finds that out for itself.
    }
  }

  @Override
  public void withEach(Consumer<RedisWire> work) {
    ClusterConnectionProvider known = nodes();
    // By the slots: the client's own list of primaries keeps those that were replaced.
    Set<HostAndPort> primaries = new LinkedHashSet<>();
    for (int slot = 0; slot < SLOTS; slot++) {
      primaries.add(known.getNode(slot));
    }
    primaries.remove(null);
    for (HostAndPort node : primaries) {
      try (Connection connection = known.getConnection(node)) {
        work.accept(new RedisWire(connection, false));
      } catch (JedisConnectionException e) {
        // Since a fail-over perhaps another one is in its place.
        renew(known);
        throw e;
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (nodes != null) {
      nodes.close();
    }
  }
}
