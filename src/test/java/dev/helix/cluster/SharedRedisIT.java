package dev.helix.cluster;

import dev.helix.servers.SharedStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Two servers on one Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedRedisIT implements ClusterCases, ResponseClusterCases {
  private Cluster cluster;

  @BeforeAll
  void start() {
    cluster = Cluster.on(SharedStore.ofRedis());
  }

  @Override
  public Cluster cluster() {
    return cluster;
  }
}
