package dev.helix.store;

import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.reliability.CountedTests;
import dev.helix.scripted.LoggedLines;
import dev.helix.servers.RedisServer;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A message that is damaged in a store which keeps each by itself. */
@ExtendWith(CountedTests.class)
class DamagedRowsTest {
  private static final SessionId ID = new SessionId("conv-a");
  private static final String BAD = "{\"id\":\"2\",\"parent_id\":\"1\",\"role\":\"user\",\"cont";

  @TempDir Path directory;

  private static Message element(int number) {
    String parent = number == 1 ? "null" : "\"" + (number - 1) + "\"";
    return Message.parse(
        ("{\"id\":\"" + number + "\",\"parent_id\":" + parent + ",\"role\":\"user\"}")
            .getBytes(UTF_8));
  }

  /** Damages the second message of what the store holds. */
  private interface Damage {
    void now() throws SQLException;
  }

  private static void othersAreUsed(SessionStore store, Damage damage)
      throws IOException, SQLException {
    List<Message> elements = new ArrayList<>();
    for (int i = 1; i <= 600; i++) {
      elements.add(element(i)); // More than are read at once.
    }
    LogVersion version =
        store.append(state("conv-a", "a"), LogVersion.NONE, elements, null).version();
    damage.now();
    List<String> others = new ArrayList<>(elements.stream().map(Message::id).toList());
    others.remove(1);
    try (LoggedLines log = LoggedLines.of(DamagedRows.class.getName())) {
      for (int i = 0; i < 2; i++) {
        Reading read = store.read(ID, LogVersion.NONE);
        assertEquals(others, ids(read));
        assertEquals(version, read.version());
        assertEquals("1", read.elements().get(1).parentId(), "it hangs where the damaged one hung");
      }
      assertEquals(others, ids(store.readEnd(ID, 1 << 20)));
      assertEquals(
          List.of(
              "message 2 of session conv-a is unreadable: it stays as it is, and the others are"
                  + " used without it"),
          log.warnings());
    }
    assertEquals(1, store.damages());
    Map<String, byte[]> files = new TreeMap<>();
    store.export(ID, files::put);
    assertArrayEquals(BAD.getBytes(UTF_8), files.get("context/messages.damaged-2.json"));
    assertEquals(
        Outcome.DONE,
        store.append(state("conv-a", "a"), version, List.of(element(601)), null).outcome());
    assertEquals(List.of("601"), ids(store.read(ID, version)));
    // Who reads on from before it reads all, so that what hung below it hangs somewhere.
    Reading on = store.read(ID, new LogVersion(version.epoch(), 1));
    assertTrue(on.fromStart());
    assertEquals("1", on.elements().get(1).parentId());
    // As an archive does: what is removed was shown, and comes back.
    Map<String, byte[]> removed = new TreeMap<>();
    store.remove(ID, Instant.MAX, removed::put);
    assertArrayEquals(BAD.getBytes(UTF_8), removed.get("context/messages.damaged-2.json"));
    store.restore(ID, WholeSession.files(removed));
    others.add("601");
    assertEquals(others, ids(store.read(ID, LogVersion.NONE)));
  }

  private static void isErased(SessionStore store, Damage damage) throws SQLException {
    List<Message> elements = List.of(element(1), element(2), element(3));
    store.append(state("conv-a", "a"), LogVersion.NONE, elements, null);
    damage.now();
    assertEquals(Set.of("1"), store.erase(ID, Set.of("1")));
    assertEquals(List.of("1", "3"), ids(store.read(ID, LogVersion.NONE)), "it stays as it is");
    assertEquals(Set.of("2"), store.erase(ID, Set.of("2")));
    Reading read = store.read(ID, LogVersion.NONE);
    assertEquals(List.of("1", "2", "3"), ids(read));
    assertTrue(read.elements().get(1).isErased());
    assertEquals("2", read.elements().get(2).parentId());
  }

  private static void damage(Connection connection) throws SQLException {
    try (PreparedStatement change =
        connection.prepareStatement("update helix_message set element_json = ? where seq = 2")) {
      change.setBytes(1, BAD.getBytes(UTF_8));
      change.executeUpdate();
    }
  }

  @Test
  void damagedMessage_isErased_whereItTellsWhichItIs_inADatabase() throws Exception {
    String url = "jdbc:h2:" + directory.resolve("helix");
    Map<String, String> settings =
        Map.of("helix.jdbc.url", url, "helix.jdbc.user", "helix", "helix.jdbc.password", "x");
    try (SessionStore store = SessionStore.open("jdbc", settings::get);
        Connection connection = DriverManager.getConnection(url, "helix", "x")) {
      isErased(store, () -> damage(connection));
    }
  }

  @Test
  void damagedMessage_isErased_whereItTellsWhichItIs_inRedis() throws Exception {
    try (RedisServer server = RedisServer.start();
        SessionStore store =
            SessionStore.open("redis", Map.of("helix.redis.url", server.url())::get)) {
      isErased(store, () -> server.call("LSET", "helix:{conv-a}:log", "1", BAD));
    }
  }

  @Test
  void damagedMessage_hidesNoOther_inADatabase() throws Exception {
    String url = "jdbc:h2:" + directory.resolve("helix");
    Map<String, String> settings =
        Map.of("helix.jdbc.url", url, "helix.jdbc.user", "helix", "helix.jdbc.password", "x");
    try (SessionStore store = SessionStore.open("jdbc", settings::get);
        Connection connection = DriverManager.getConnection(url, "helix", "x")) {
      othersAreUsed(store, () -> damage(connection));
    }
  }

  @Test
  void damagedMessage_hidesNoOther_inRedis() throws Exception {
    try (RedisServer server = RedisServer.start();
        SessionStore store =
            SessionStore.open("redis", Map.of("helix.redis.url", server.url())::get)) {
      othersAreUsed(store, () -> server.call("LSET", "helix:{conv-a}:log", "1", BAD));
    }
  }
}
