package dev.helix.store.redis;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.servers.RedisServer;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.Step;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.SessionStoreContract;
import dev.helix.store.WholeSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which Redis is taken, and how one gets in. */
class RedisSettingsTest {
  private static final SessionState STATE = state("conv-a", "a");

  private static SessionStore open(String url, String... more) {
    Map<String, String> settings = new HashMap<>(Map.of("helix.redis.url", url));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return SessionStore.open("redis", settings::get);
  }

  private static void use(SessionStore store) {
    store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null);
    assertEquals(STATE, store.find(STATE.sessionId()).orElseThrow());
    assertTrue(store.delete(STATE.sessionId()));
  }

  @Test
  void redisThatMayLoseSomething_isRefusedWithTheReason_unlessThatIsAllowed() {
    Map<String, String[]> reasons =
        Map.of(
            "no append-only file", new String[] {"appendonly no"},
            "appendfsync is everysec", new String[] {"appendfsync everysec"},
            "appendfsync is no ", new String[] {"appendfsync no"},
            "no-appendfsync-on-rewrite is yes", new String[] {"no-appendfsync-on-rewrite yes"},
            "maxmemory-policy is allkeys-lru",
                new String[] {"maxmemory 100mb", "maxmemory-policy allkeys-lru"});
    reasons.forEach(
        (reason, settings) -> {
          try (RedisServer server = RedisServer.start(settings)) {
            SessionException refusal =
                assertThrows(SessionException.class, () -> open(server.url()));
            assertFalse(refusal instanceof StoreUnavailableException);
            assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("helix.store.allow.loss"));
            assertThrows(
                SessionException.class,
                () -> open(server.url(), "helix.store.allow.loss", "false"));
            try (SessionStore store = open(server.url(), "helix.store.allow.loss", "true")) {
              use(store);
            }
          }
        });
  }

  @Test
  void memoryThatIsBounded_isTaken_whereNothingIsDropped() {
    try (RedisServer server = RedisServer.start("maxmemory 100mb", "maxmemory-policy noeviction");
        SessionStore store = open(server.url())) {
      use(store);
    }
  }

  @Test
  void serverThatDoesNotTellHowItIsSetUp_isRefused_unlessLossIsAllowed() {
    try (RedisServer server = RedisServer.start()) {
      server.call("ACL", "SETUSER", "ann", "on", ">secret", "~*", "+@all", "-config");
      String url = server.url();
      String[] ann = {"helix.redis.user", "ann", "helix.redis.password", "secret"};
      SessionException refusal = assertThrows(SessionException.class, () -> open(url, ann));
      assertTrue(refusal.getMessage().contains("CONFIG GET"), refusal.getMessage());
      try (SessionStore store =
          open(url, ann[0], ann[1], ann[2], ann[3], "helix.store.allow.loss", "true")) {
        use(store);
      }
    }
  }

  @Test
  void userWhoMayDoOnlyWhatTheStoreNeeds_isEnough() throws IOException {
    String rights =
        "~helix:* +@read +@write +@scripting +@connection +select +time +info +config|get";
    try (RedisServer server = RedisServer.start()) {
      server.call("ACL", ("SETUSER ann on >secret " + rights).split(" ", -1));
      String url = server.url() + "/1";
      try (SessionStore store =
          open(url, "helix.redis.user", "ann", "helix.redis.password", "secret")) {
        use(store);
        SessionId id = STATE.sessionId();
        store.restore(id, WholeSession.files(WholeSession.wholeFiles()));
        store.saveNote(id, "why", "because");
        store.update(id, found -> found.withStep(Step.DONE));
        store.release(store.lease(id, Duration.ofMinutes(1)).orElseThrow());
        assertEquals(32, store.ownerSecret().length);
        assertEquals(1, store.list(9).size());
        assertTrue(store.remove(id, Instant.now(), (path, content) -> {}));
      }
    }
  }

  @Test
  void password_letsIn_andAWrongOneIsToldNowhere() {
    try (RedisServer server = RedisServer.start("requirepass p@s:s/secret")) {
      String url = server.url();
      try (SessionStore store = open(url + "/3", "helix.redis.password", "p@s:s/secret")) {
        use(store);
      }
      for (String[] wrong :
          List.of(
              new String[] {"helix.redis.password", "another-secret"},
              new String[] {"helix.redis.user", "ann", "helix.redis.password", "p@s:s/secret"},
              new String[] {})) {
        SessionException refusal = assertThrows(SessionException.class, () -> open(url, wrong));
        assertFalse(refusal instanceof StoreUnavailableException, refusal.getMessage());
        for (Throwable each = refusal; each != null; each = each.getCause()) {
          assertFalse(String.valueOf(each).contains("secret"), each.toString());
        }
      }
    }
  }

  @Test
  void databases_areApart_butInOneDatabaseThereIsOneStore() {
    try (RedisServer server = RedisServer.start();
        SessionStore first = open(server.url() + "/1");
        SessionStore other = open(server.url() + "/2");
        SessionStore same = open(server.url() + "/1")) {
      first.append(STATE, LogVersion.NONE, List.of(), null);
      assertEquals(List.of(), other.list(9));
      assertEquals(List.of(STATE), same.list(9));
    }
  }

  @Test
  void lookBesideTheServers_showsAndChangesNothing_whateverRedisPromises() throws IOException {
    try (RedisServer server = RedisServer.start("appendfsync everysec");
        SessionStore store = open(server.url(), "helix.store.allow.loss", "true")) {
      SessionId id = STATE.sessionId();
      store.append(STATE, LogVersion.NONE, List.of(element("1", "x")), null);
      store.saveNote(id, "why", "because");
      server.call("ZADD", RedisKeys.ORDER, "1", "conv-gone");
      Object digest = server.call("DBSIZE");
      try (SessionStore view = viewOf(server.url())) {
        assertEquals(STATE, view.find(id).orElseThrow());
        assertEquals(List.of("1"), SessionStoreContract.ids(view.read(id, LogVersion.NONE)));
        assertEquals("because", view.note(id, "why").orElseThrow());
        assertEquals(List.of(STATE), view.list(9));
        WholeSession.assertSameSession(
            WholeSession.exported(store, id), WholeSession.exported(view, id));
        assertThrows(UnsupportedOperationException.class, () -> view.delete(id));
        assertThrows(UnsupportedOperationException.class, view::ownerSecret);
      }
      assertEquals(digest, server.call("DBSIZE"));
      server.kill();
      assertThrows(SessionException.class, () -> viewOf(server.url()));
    }
  }

  private static SessionStore viewOf(String url) {
    return SessionStore.openToRead("redis", Map.of("helix.redis.url", url)::get);
  }

  @Test
  void clusterUrlOfOneServer_isRefused() {
    try (RedisServer server = RedisServer.start()) {
      String url = server.url().replace("redis://", "redis+cluster://");
      SessionException refusal = assertThrows(SessionException.class, () -> open(url));
      assertFalse(refusal instanceof StoreUnavailableException, refusal.getMessage());
    }
  }

  @Test
  void settingsThatMakeNoSense_areRefused() {
    for (String[] wrong :
        new String[][] {
          {"helix.redis.url", ""},
          {"helix.redis.url", "localhost"},
          {"helix.store.allow.loss", "perhaps"}
        }) {
      assertThrows(
          IllegalArgumentException.class, () -> open("redis://127.0.0.1:1", wrong), wrong[1]);
    }
  }

  @Test
  void appendOfThousandsOfElements_isOne() {
    try (RedisServer server = RedisServer.start();
        SessionStore store = open(server.url())) {
      List<Message> many = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        many.add(element("" + i, "x"));
      }
      LogVersion version = store.append(STATE, LogVersion.NONE, many, null).version();
      List<Message> stored = store.read(STATE.sessionId(), LogVersion.NONE).elements();
      assertEquals(20_000, stored.size());
      assertEquals("19999", stored.get(19_999).id());
      assertEquals(version, store.read(STATE.sessionId(), version).version());
    }
  }
}
