package dev.helix.cluster;

import dev.helix.servers.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Two servers on one Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedRedisIT implements ClusterCases {
  private Cluster cluster;

  @BeforeAll
  void start() {
    RedisServer redis = RedisServer.start();
    cluster =
        Cluster.on(
            new SharedStore(
                Map.of("helix.store", "redis", "helix.redis.url", redis.url()),
                redis::kill,
                () -> restart(redis),
                redis::close));
  }

  private static void restart(RedisServer redis) {
    try {
      redis.restart();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Cluster cluster() {
    return cluster;
  }
}
