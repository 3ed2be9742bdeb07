package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.scripted.LoggedLines;
import dev.helix.servers.RedisServer;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.Step;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state that is damaged in a store which keeps it in a row. */
class DamagedStatesTest {
  private static final Owner BOB = new Owner("acme", "bob");
  private static final Owner EVE = new Owner("acme", "eve");
  private static final String LONG =
      "Trip to Zürich / 2026, with all of us, and more than 59 letters";
  private static final byte[] BAD = "{\"session_id\": \"x\", \"own\0".getBytes(UTF_8);

  @TempDir Path directory;

  /** Puts bytes where a session's state is. */
  private interface Damage {
    void of(SessionId id, byte[] bytes) throws Exception;
  }

  private final Map<String, String> settings;

  DamagedStatesTest() {
    settings = new LinkedHashMap<>();
  }

  private static SessionId turn(SessionManager manager, SessionState session, String said) {
    List<Message> messages = List.of(Message.of("user", said));
    boolean named = session.conversationId() != null;
    OpenTurn turn =
        manager.beginTurn(session, messages, named ? HistoryMode.STORED : HistoryMode.CLIENT);
    Message reply = Message.of("assistant", "re " + said + "\n<!-- STEP: why -->");
    manager.completeTurn(turn, List.of(new Answer(reply, "m", "stop", AnswerStatus.COMPLETED)));
    return turn.session().sessionId();
  }

  private static List<String> texts(SessionManager manager, SessionId id) {
    return manager.transcript(id).messages().stream().map(Message::text).toList();
  }

  private void statesAreMadeAnew(String kind, Damage damage) throws Exception {
    try (SessionStore store = SessionStore.open(kind, settings::get);
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      for (byte[] bad : List.of(BAD, new byte[0], "[]".getBytes(UTF_8))) {
        for (Owner owner : List.of(Owner.ANONYMOUS, BOB)) {
          for (String conversation : new String[] {"trip", "deadbeefdeadbeef", LONG, null}) {
            madeAnew(store, manager, owner, conversation, bad, damage, kind);
          }
        }
      }
    }
  }

  private void madeAnew(
      SessionStore store,
      SessionManager manager,
      Owner owner,
      String conversation,
      byte[] bad,
      Damage damage,
      String kind)
      throws Exception {
    String first = "Where to go?";
    SessionId id = turn(manager, manager.getOrCreateSession(owner, first, conversation), first);
    String what = owner + " " + conversation;
    SessionState before = manager.find(id).orElseThrow();
    assertEquals(Step.WHY, before.step());
    damage.of(id, bad);
    int damages = manager.damages();
    try (LoggedLines log = LoggedLines.of(DamagedRows.class.getName())) {
      assertEquals(id, manager.list(10).get(0).sessionId(), what);
      // Somebody else gets nothing of it, whatever they ask for.
      SessionState others = manager.getOrCreateSession(EVE, first, conversation);
      assertEquals(SessionStatus.NEW, others.status(), what);
      try (SessionManager reader =
          new SessionManager(SessionStore.openToRead(kind, settings::get), Clock.systemUTC())) {
        assertTrue(reader.find(id).isPresent());
        assertEquals(2, texts(reader, id).size());
      }
      SessionState found = manager.getOrCreateSession(owner, first, conversation);
      assertEquals(before.withUpdatedAt(found.updatedAt()), asCreated(found, before), what);
      assertEquals(id, turn(manager, found, "And then?"), what);
      assertEquals(4, texts(manager, id).size(), what);
      assertEquals(before.owner(), manager.find(id).orElseThrow().owner());
      long made = log.warnings().stream().filter(line -> line.contains("made anew; what")).count();
      assertEquals(1, made, () -> what + log.warnings());
    }
    // One of the look beside it, which is another's.
    assertEquals(damages + 1, manager.damages(), what);
    Map<String, byte[]> files = new LinkedHashMap<>();
    assertTrue(store.export(id, files::put));
    assertArrayEquals(bad, files.get(DamagedRows.aside(bad)), what);
    assertTrue(manager.delete(id));
  }

  /** Of when it was created its first message tells. */
  private static SessionState asCreated(SessionState found, SessionState before) {
    assertFalse(found.createdAt().isAfter(before.updatedAt()));
    return new SessionState(
        found.sessionId(),
        found.status(),
        found.step(),
        before.createdAt(),
        found.updatedAt(),
        found.originalRequest(),
        found.projectName(),
        found.conversationId(),
        found.owner());
  }

  /** Nobody asks for it who it is known to be of. */
  private void othersGoOn(String kind, Damage damage) throws Exception {
    try (SessionStore store = SessionStore.open(kind, settings::get);
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      SessionId bobs = turn(manager, manager.getOrCreateSession(BOB, null, "trip"), "one");
      SessionId nobodys =
          turn(manager, manager.getOrCreateSession(Owner.ANONYMOUS, null, "walk"), "one");
      damage.of(bobs, BAD);
      damage.of(nobodys, BAD);
      assertEquals(
          List.of(true, false),
          List.of(bobs, nobodys).stream()
              .map(id -> manager.find(id).orElseThrow().isUnreadable())
              .toList());
      assertEquals(2, manager.list(10).size());
      assertThrows(SessionException.class, () -> store.export(bobs, (path, content) -> {}));
      assertThrows(
          SessionException.class, () -> store.remove(bobs, Instant.MAX, (path, content) -> {}));
      assertThrows(SessionException.class, () -> store.adopt(bobs, EVE));
      assertTrue(store.adopt(nobodys, EVE));
      assertEquals(
          Optional.empty(), store.reclaim(SessionState.fresh(bobs, "trip", EVE, Instant.EPOCH)));
      assertEquals(2, store.read(bobs, LogVersion.NONE).elements().size());
    }
  }

  private void database() {
    String url = "jdbc:h2:" + directory.resolve("helix");
    settings.putAll(
        Map.of("helix.jdbc.url", url, "helix.jdbc.user", "helix", "helix.jdbc.password", "x"));
  }

  private void inDatabase(SessionId id, byte[] bytes) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(settings.get("helix.jdbc.url"), "helix", "x");
        PreparedStatement change =
            connection.prepareStatement("update helix_session set state = ? where id = ?")) {
      change.setBytes(1, bytes);
      change.setString(2, id.value());
      assertEquals(1, change.executeUpdate());
    }
  }

  @Test
  void inADatabase_aStateIsMadeAnew_forWhoItIsOf() throws Exception {
    database();
    statesAreMadeAnew("jdbc", this::inDatabase);
  }

  @Test
  void inADatabase_aStateThatNobodyAsksFor_isInNobodysWay() throws Exception {
    database();
    othersGoOn("jdbc", this::inDatabase);
  }

  @Test
  void inRedis_aStateIsMadeAnew_forWhoItIsOf() throws Exception {
    try (RedisServer server = RedisServer.start()) {
      settings.put("helix.redis.url", server.url());
      statesAreMadeAnew("redis", (id, bytes) -> inRedis(server, id, bytes));
    }
  }

  @Test
  void inRedis_aStateThatNobodyAsksFor_isInNobodysWay() throws Exception {
    try (RedisServer server = RedisServer.start()) {
      settings.put("helix.redis.url", server.url());
      othersGoOn("redis", (id, bytes) -> inRedis(server, id, bytes));
    }
  }

  private void refusesTheStart(String kind) {
    SessionException refusal =
        assertThrows(SessionException.class, () -> SessionStore.open(kind, settings::get));
    assertTrue(refusal.getMessage().contains("damaged"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("restore"), refusal.getMessage());
  }

  @Test
  void inADatabase_aDamagedSecretOfOwners_stopsTheStart() throws Exception {
    database();
    try (SessionStore store = SessionStore.open("jdbc", settings::get)) {
      assertEquals(32, store.ownerSecret().length);
    }
    for (String bad : List.of("", "0123", "not hex digits")) {
      try (Connection connection =
              DriverManager.getConnection(settings.get("helix.jdbc.url"), "helix", "x");
          PreparedStatement change =
              connection.prepareStatement(
                  "update helix_meta set meta_value = ? where meta_key = 'owner_secret'")) {
        change.setString(1, bad);
        assertEquals(1, change.executeUpdate());
      }
      refusesTheStart("jdbc");
    }
  }

  @Test
  void inRedis_aDamagedSecretOfOwners_stopsTheStart() throws Exception {
    try (RedisServer server = RedisServer.start()) {
      settings.put("helix.redis.url", server.url());
      for (String bad : List.of("", "0123", "x".repeat(33))) {
        server.call("SET", "helix:{.owner-secret}", bad);
        refusesTheStart("redis");
      }
    }
  }

  @Test
  void inRedis_aTimeOfLastUse_thatIsNone_hidesNothing() throws Exception {
    try (RedisServer server = RedisServer.start()) {
      settings.put("helix.redis.url", server.url());
      try (SessionStore store = SessionStore.open("redis", settings::get);
          SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
        SessionId id =
            turn(manager, manager.getOrCreateSession(Owner.ANONYMOUS, null, "trip"), "one");
        for (String bad : List.of("", "soon", "9999999999999999999")) {
          server.call("HSET", "helix:{" + id.value() + "}:state", "updated", bad);
          assertEquals("trip", manager.find(id).orElseThrow().conversationId());
          assertEquals(1, manager.list(10).size());
        }
        turn(manager, manager.getOrCreateSession(Owner.ANONYMOUS, null, "trip"), "two");
        assertEquals(4, texts(manager, id).size());
      }
    }
  }

  private static void inRedis(RedisServer server, SessionId id, byte[] bytes) {
    server.call("HSET", "helix:{" + id.value() + "}:state", "json", new String(bytes, UTF_8));
  }
}
