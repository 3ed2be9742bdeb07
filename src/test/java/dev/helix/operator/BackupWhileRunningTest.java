package dev.helix.operator;

import static dev.helix.operator.Copies.say;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.reliability.CountedTests;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.RedisServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backup beside turns has all that was acknowledged before it began, and so has what is restored.
 */
@ExtendWith({SharedServers.class, CountedTests.class})
class BackupWhileRunningTest {
  private static final int CHATS = 20;
  private static final int BACKUPS = 3;

  @TempDir Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream terminal = new PrintStream(said, true, UTF_8);

  @Test
  void folders() throws Exception {
    check(folders("a"), folders("c"));
  }

  private StoreAddress folders(String name) {
    return StoreAddress.ofSettings(
        Map.of("helix.store", "files", "helix.sessions.dir", folder.resolve(name).toString()));
  }

  @Test
  void postgresql(PostgresServer postgres) throws Exception {
    check(database(postgres), database(postgres));
  }

  private static StoreAddress database(PostgresServer postgres) {
    return StoreAddress.ofSettings(
        Map.of(
            "helix.store",
            "jdbc",
            "helix.jdbc.url",
            postgres.url(postgres.newDatabase()),
            "helix.jdbc.user",
            postgres.user(),
            "helix.jdbc.password",
            postgres.password()));
  }

  @Test
  void redis() throws Exception {
    try (RedisServer one = RedisServer.start();
        RedisServer other = RedisServer.start()) {
      check(redis(one), redis(other));
    }
  }

  private static StoreAddress redis(RedisServer redis) {
    return StoreAddress.ofSettings(Map.of("helix.store", "redis", "helix.redis.url", redis.url()));
  }

  @Test
  void database() throws Exception {
    check(memory("one"), memory("other"));
  }

  private StoreAddress memory(String name) {
    String url = "jdbc:h2:mem:" + folder.getFileName() + name + ";DB_CLOSE_DELAY=-1";
    return StoreAddress.ofSettings(
        Map.of("helix.store", "jdbc", "helix.jdbc.url", url, "helix.store.allow.loss", "true"));
  }

  private void check(StoreAddress store, StoreAddress next) throws Exception {
    int[] before = new int[CHATS];
    AtomicIntegerArray acknowledged = new AtomicIntegerArray(CHATS);
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService server = Executors.newFixedThreadPool(4);
    try (SessionManager sessions = new SessionManager(store.open(), Clock.systemUTC())) {
      List<Future<?>> chats = new ArrayList<>();
      CountDownLatch begun = new CountDownLatch(4);
      for (int thread = 0; thread < 4; thread++) {
        int first = thread;
        chats.add(server.submit(() -> chat(sessions, first, acknowledged, begun, stop)));
      }
      assertTrue(begun.await(1, TimeUnit.MINUTES));
      for (int backup = 0; backup < BACKUPS; backup++) {
        for (int chat = 0; chat < CHATS; chat++) {
          before[chat] = acknowledged.get(chat);
        }
        String place = folder.resolve("b").toString();
        assertEquals(0, BackupCommand.of(store, place, terminal, terminal).backup(), said());
        checkHas(folders("b"), before);
      }
      stop.set(true);
      for (Future<?> chat : chats) {
        chat.get();
      }
    } finally {
      stop.set(true);
      server.shutdown();
    }
    String place = folder.resolve("b").toString();
    assertEquals(0, BackupCommand.of(next, place, terminal, terminal).restore(), said());
    checkHas(next, before);
  }

  private String said() {
    return said.toString(UTF_8);
  }

  /** Says the next number in each chat of a thread, in turn. */
  private static void chat(
      SessionManager sessions,
      int first,
      AtomicIntegerArray acknowledged,
      CountDownLatch begun,
      AtomicBoolean stop) {
    for (int turn = 1; !stop.get() && turn < 100; turn++) {
      for (int chat = first; chat < CHATS; chat += 4) {
        say(sessions, Owner.ANONYMOUS, "chat-" + chat, "turn " + turn);
        acknowledged.set(chat, turn);
      }
      if (turn == 1) {
        begun.countDown();
      }
    }
  }

  private static void checkHas(StoreAddress store, int[] before) throws IOException {
    try (SessionStore copy = store.openToRead();
        SessionManager sessions = new SessionManager(copy, Clock.systemUTC())) {
      for (int chat = 0; chat < CHATS; chat++) {
        SessionState state = sessions.getOrCreateSession(null, "chat-" + chat);
        List<String> texts =
            sessions.transcript(state.sessionId()).messages().stream().map(Message::text).toList();
        for (int turn = 1; turn <= before[chat]; turn++) {
          assertTrue(texts.contains("turn " + turn), "chat " + chat + " lacks turn " + turn);
        }
        assertTrue(texts.size() >= 2 * before[chat], "answers too");
      }
    }
  }
}
