package dev.helix.store.redis;

import dev.helix.servers.RedisServer;
import dev.helix.session.SessionStore;
import dev.helix.store.SessionStoreContract;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class RedisSessionStoreTest implements SessionStoreContract {
  private static RedisServer server;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void empty() {
    server.call("FLUSHALL");
  }

  @Override
  public String raw() {
    return RawKeys.of(server);
  }

  @Override
  public SessionStore open() {
    return SessionStore.open("redis", Map.of("helix.redis.url", server.url())::get);
  }

  @Override
  public boolean readsEndsAlone() {
    return true;
  }
}
