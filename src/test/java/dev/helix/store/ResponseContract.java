package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.ResponseNote;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionId;
import dev.helix.session.SessionLook;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.session.StoredAnswer;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The notes of responses, in whatever store they are: with the question, and with the end. */
interface ResponseContract extends StoreUnderTest {
  SessionId RESPONSES = new SessionId("conv-responses");
  int FORKS = 16;

  static String end(int number) {
    return String.format("%016x", number);
  }

  static String node(int number) {
    return "m-" + end(number);
  }

  /** A note that would not be the same if it were read and written again. */
  static String note(int number, String more) {
    return "{\"id\":\"resp_s"
        + end(number)
        + "\" , \"asked\":{\"t\":1.0e1,\"ü\":\"\\u00e9\\/ \uD83D\uDE00\",\"t\":2}"
        + more
        + "}";
  }

  static OpenTurn begin(SessionManager manager, int number, String parent, String question) {
    return manager.beginTurn(
        manager.getOrCreateSession(null, "responses"),
        new TurnRequest(
                List.of(Message.of("user", question)),
                HistoryMode.STORED,
                SentHistory.ALL,
                new MessageIds(null, parent, null))
            .responding(new ResponseNote(node(number), note(number, ""), parent != null)));
  }

  static void complete(SessionManager manager, int number, OpenTurn turn, String text) {
    Answer answer = new Answer(Message.of("assistant", text), "m", "stop", AnswerStatus.COMPLETED);
    manager.completeTurn(turn, List.of(answer.withNote(note(number, ",\"status\":\"completed\""))));
  }

  static void assertStored(SessionManager manager, int number, String text, String more) {
    StoredAnswer there = manager.answer(RESPONSES, end(number)).orElseThrow();
    assertEquals(text, there.message().text());
    assertEquals(note(number, more), there.message().element().response());
    assertEquals(node(number), there.message().id());
  }

  static List<String> path(SessionManager manager, int number) {
    try (SessionLook look = manager.look(RESPONSES)) {
      return look.path(node(number)).messages().stream().map(Message::text).toList();
    }
  }

  @Test
  default void note_isThereFromTheBeginning_andAsItIsAtTheEnd() {
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      complete(manager, 1, begin(manager, 1, null, "Q1"), "A1");
      OpenTurn unused = begin(manager, 2, node(1), "Q2");
      assertStored(manager, 1, "A1", ",\"status\":\"completed\"");
      assertStored(manager, 2, "", "");
    }
    // As after a kill: the second turn has no end.
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      assertStored(manager, 2, "", "");
      assertStored(manager, 1, "A1", ",\"status\":\"completed\"");
      assertEquals(Optional.empty(), manager.answer(RESPONSES, end(3)));
      OpenTurn next = begin(manager, 3, node(1), "Q3");
      complete(manager, 3, next, "A3");
      assertStored(manager, 3, "A3", ",\"status\":\"completed\"");
      assertEquals(List.of("Q1", "A1", "Q3", "A3"), path(manager, 3));
    }
  }

  @Test
  default void note_isInWhatIsExported_andInWhatIsMadeOfThat() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      complete(manager, 1, begin(manager, 1, null, "Q1"), "A1");
      OpenTurn unused = begin(manager, 2, node(1), "Q2");
      assertTrue(store.export(RESPONSES, files::put));
      assertTrue(store.delete(RESPONSES));
    }
    String log = new String(files.get("context/messages.json"), UTF_8);
    assertTrue(log.contains(note(2, "")), log);
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      boolean made =
          store.restore(
              RESPONSES,
              visitor -> {
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                  visitor.file(file.getKey(), file.getValue());
                }
                visitor.end();
              });
      assertTrue(made);
      assertStored(manager, 1, "A1", ",\"status\":\"completed\"");
      assertStored(manager, 2, "", "");
    }
  }

  @Test
  default void forksAtTheSameTime_areBranches_andEachIsWhole() throws Exception {
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      fork(List.of(manager));
    }
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      assertForked(manager);
    }
  }

  @Test
  default void forksOnTwoServersAtTheSameTime_areBranches() throws Exception {
    Assumptions.assumeTrue(isShared(), "this store is one server's alone");
    try (SessionManager one = new SessionManager(open(), Clock.systemUTC());
        SessionManager two = new SessionManager(open(), Clock.systemUTC())) {
      fork(List.of(one, two));
      assertForked(one);
      assertForked(two);
    }
  }

  private static void fork(List<SessionManager> managers) throws Exception {
    complete(managers.get(0), 1, begin(managers.get(0), 1, null, "Q1"), "A1");
    ExecutorService executor = Executors.newFixedThreadPool(FORKS);
    try {
      CyclicBarrier start = new CyclicBarrier(FORKS);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < FORKS; i++) {
        int number = 10 + i;
        SessionManager manager = managers.get(i % managers.size());
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  OpenTurn turn = begin(manager, number, node(1), "Q" + number);
                  assertEquals(2, turn.history().size());
                  // All of them have begun before one ends.
                  start.await();
                  complete(manager, number, turn, "A" + number);
                  return null;
                }));
      }
      for (Future<?> turn : running) {
        turn.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  private static void assertForked(SessionManager manager) {
    for (int number = 10; number < 10 + FORKS; number++) {
      assertStored(manager, number, "A" + number, ",\"status\":\"completed\"");
      assertEquals(List.of("Q1", "A1", "Q" + number, "A" + number), path(manager, number));
    }
    assertEquals(2 + 2 * FORKS, manager.transcript(RESPONSES).messages().size());
  }
}
