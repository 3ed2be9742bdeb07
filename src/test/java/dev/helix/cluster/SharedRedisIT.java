package dev.helix.cluster;

import dev.helix.reliability.CountedTests;
import dev.helix.servers.SharedStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two servers on one Redis. */
@ExtendWith(CountedTests.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedRedisIT implements ClusterCases, RunningResponseCases, ClusterResponseCases {
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
