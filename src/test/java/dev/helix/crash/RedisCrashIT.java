package dev.helix.crash;

import dev.helix.servers.SharedStore;
import org.junit.jupiter.api.Test;

/** {@link Crashes} on Redis, which is killed with the server every other time. */
class RedisCrashIT {
  @Test
  void killedAtAnyMoment_everyAcknowledgedMessageIsThere() throws Exception {
    SharedStore store = SharedStore.ofRedis();
    try {
      new Crashes("RedisCrashIT", Math.max(2, Crashes.KILLS / 20), store, new Aftermath()).check();
    } finally {
      store.close().run();
    }
  }
}
