package dev.helix.crash;

import dev.helix.servers.PostgresServer;
import dev.helix.servers.SharedServers;
import dev.helix.servers.SharedStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@link Crashes} on PostgreSQL, which is killed with the server every other time. */
@ExtendWith(SharedServers.class)
class PostgresCrashIT {
  @Test
  void killedAtAnyMoment_everyAcknowledgedMessageIsThere(PostgresServer postgres) throws Exception {
    SharedStore store = SharedStore.of(postgres);
    try {
      new Crashes("PostgresCrashIT", Math.max(2, Crashes.KILLS / 20), store, new Aftermath())
          .check();
    } finally {
      store.close().run();
    }
  }
}
