package dev.helix.blackbox;

import dev.helix.reliability.CountedTests;
import dev.helix.servers.SharedStore;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What responses promise, in folders; and what bad requests and upstreams leave. */
@ExtendWith(CountedTests.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResponsesInFilesTest
    implements KeptResponses, FailedResponseCases, BadResponseCases, LargeResponseCases {
  private KeptServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new KeptServer(SharedStore.of(folder.resolve("sessions")), folder);
  }

  @Override
  public KeptServer server() {
    return server;
  }
}
