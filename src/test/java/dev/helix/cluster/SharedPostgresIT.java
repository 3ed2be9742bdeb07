package dev.helix.cluster;

import dev.helix.reliability.CountedTests;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.servers.SharedStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two servers on one PostgreSQL. */
@ExtendWith({CountedTests.class, SharedServers.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedPostgresIT implements ClusterCases, RunningResponseCases, ClusterResponseCases {
  private Cluster cluster;

  @BeforeAll
  void start(PostgresServer postgres) {
    cluster = Cluster.on(SharedStore.of(postgres));
  }

  @Override
  public Cluster cluster() {
    return cluster;
  }
}
