package dev.helix.blackbox;

import dev.helix.reliability.CountedTests;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.servers.SharedStore;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What responses promise, in PostgreSQL. */
@ExtendWith({CountedTests.class, SharedServers.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResponsesInPostgresTest implements KeptResponses {
  private KeptServer server;

  @BeforeAll
  void start(PostgresServer postgres, @TempDir Path folder) throws Exception {
    server = new KeptServer(SharedStore.of(postgres), folder);
  }

  @Override
  public KeptServer server() {
    return server;
  }
}
