package dev.helix.store.redis;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/** How connections are made and kept. */
final class RedisClients {
  private static final int CONNECT_MILLIS = 2000;
  private static final int REPLY_MILLIS = 5000;
  private static final int CONNECTIONS = 32;

  private RedisClients() {}

  static Set<HostAndPort> hosts(RedisAddress address) {
    Set<HostAndPort> hosts = new LinkedHashSet<>();
    address.hosts().forEach(host -> hosts.add(new HostAndPort(host.name(), host.port())));
    return hosts;
  }

  static JedisClientConfig login(RedisAddress address) {
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
  static ConnectionPoolConfig pool() {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(CONNECTIONS);
    pool.setMaxIdle(CONNECTIONS);
    pool.setMaxWait(Duration.ofMillis(REPLY_MILLIS));
    pool.setJmxEnabled(false);
    return pool;
  }
}
