package dev.helix.store.redis;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The connections to a Redis, or to the nodes of a Redis Cluster, whose map is read when it is
 * first needed and again when it is wrong. Thread-safe. Every method throws the client's own
 * exceptions, and what was sent is never sent twice, unless Redis said that it did nothing: so
 * redirections are followed here, as the client's own way repeats also what may have been done.
 */
final class RedisLink implements AutoCloseable {
  private static final int CONNECT_MILLIS = 2000;
  private static final int REPLY_MILLIS = 5000;
  private static final int CONNECTIONS = 32;
  private static final int REDIRECTIONS = 5;
  private static final int SLOTS = 16384;

  private final RedisAddress address;
  private final IdleConnections idle;

  /** Null in a cluster. */
  private final ConnectionPool server;

  private ClusterConnectionProvider nodes;
  private boolean closed;

  /** Why the map could not be read when it was last tried. */
  private volatile JedisException failure;

  RedisLink(RedisAddress address, LongSupplier nanoTime) {
    this.address = address;
    this.idle = new IdleConnections(nanoTime);
    this.server =
        address.cluster()
            ? null
            : new ConnectionPool(hosts(address).iterator().next(), login(address), pool());
  }

  private static Set<HostAndPort> hosts(RedisAddress address) {
    return address.hosts().stream()
        .map(host -> new HostAndPort(host.getHostString(), host.getPort()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static JedisClientConfig login(RedisAddress address) {
    SslOptions checked = SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL).build();
    return DefaultJedisClientConfig.builder()
        .connectionTimeoutMillis(CONNECT_MILLIS)
        .socketTimeoutMillis(REPLY_MILLIS)
        .protocol(RedisProtocol.RESP2)
        .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
        .user(address.user())
        .password(address.password())
        .database(address.database())
        .sslOptions(address.tls() ? checked : null)
        .build();
  }

  /** Of connections to one server; in a cluster each node has as many. */
  private static ConnectionPoolConfig pool() {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(CONNECTIONS);
    pool.setMaxIdle(CONNECTIONS);
    pool.setMaxWait(Duration.ofMillis(REPLY_MILLIS));
    pool.setJmxEnabled(false);
    return pool;
  }

  /** The nodes of a cluster; null where there is none. */
  private ClusterConnectionProvider nodes() {
    if (server != null) {
      return null;
    }
    JedisException before = failure;
    synchronized (this) {
      if (closed) {
        throw new JedisConnectionException("closed");
      }
      if (nodes == null) {
        JedisException sinceThen = failure;
        if (sinceThen != before) {
          // Another caller has tried while this one waited: each by itself would wait in turn.
          throw sinceThen;
        }
        try {
          nodes = new ClusterConnectionProvider(hosts(address), login(address), pool());
        } catch (JedisException e) {
          failure = e;
          throw e;
        }
      }
      return nodes;
    }
  }

  /** Lends the connection to where a key is. In a cluster it is good for keys of one slot. */
  <T> T with(String key, Function<RedisWire, T> work) {
    ClusterConnectionProvider known = nodes();
    JedisRedirectionException asked = null;
    for (int i = 0; ; i++) {
      try (Connection connection = connection(known, key, asked)) {
        try {
          return work.apply(new RedisWire(connection, asked instanceof JedisAskDataException));
        } finally {
          idle.used(connection); // Also where Redis has refused what it was asked.
        }
      } catch (JedisRedirectionException e) {
        if (known == null || i == REDIRECTIONS) {
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
          // Another one may be behind the address by now.
          renew(known);
        }
        throw e;
      }
    }
  }

  private Connection connection(
      ClusterConnectionProvider known, String key, JedisRedirectionException asked) {
    Connection connection = pooled(known, key, asked);
    if (idle.isAlive(connection)) {
      return connection;
    }
    connection.close();
    // Others that were idle as long lead nowhere either, and new ones to who is there now.
    renew(known);
    return pooled(known, key, asked);
  }

  private Connection pooled(
      ClusterConnectionProvider known, String key, JedisRedirectionException asked) {
    if (known == null) {
      return server.getResource();
    }
    return asked == null
        ? known.getConnectionFromSlot(JedisClusterCRC16.getSlot(key))
        : known.getConnection(asked.getTargetNode());
  }

  /** Gives up the connections that were made before one broke: they lead nowhere either. */
  private void renew(ClusterConnectionProvider known) {
    if (known == null) {
      server.clear();
      return;
    }
    try {
      known.getNodes().values().forEach(ConnectionPool::clear);
      known.renewSlotCache();
    } catch (JedisException e) {
      // No node answers: the next call finds that out for itself.
    }
  }

  /** Lends a connection to each server that takes writes. */
  void withEach(Consumer<RedisWire> work) {
    ClusterConnectionProvider known = nodes();
    if (known == null) {
      with(
          "",
          wire -> {
            work.accept(wire);
            return null;
          });
      return;
    }
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
    if (server != null) {
      server.close();
    } else if (nodes != null) {
      nodes.close();
    }
  }
}
