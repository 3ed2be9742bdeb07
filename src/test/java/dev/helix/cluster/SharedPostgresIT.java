package dev.helix.cluster;

import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two servers on one PostgreSQL. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedPostgresIT implements ClusterCases {
  private Cluster cluster;

  @BeforeAll
  void start(PostgresServer postgres) {
    cluster =
        Cluster.on(
            new SharedStore(
                Map.of(
                    "helix.store",
                    "jdbc",
                    "helix.jdbc.url",
                    postgres.url(postgres.newDatabase()),
                    "helix.jdbc.user",
                    postgres.user(),
                    "helix.jdbc.password",
                    postgres.password()),
                postgres::kill,
                () -> restart(postgres),
                () -> {}));
  }

  private static void restart(PostgresServer postgres) {
    try {
      postgres.start();
    } catch (Exception e) {
      throw new AssertionError("PostgreSQL does not start again", e);
    }
  }

  @Override
  public Cluster cluster() {
    return cluster;
  }
}
