package dev.helix.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.Answer;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Turns of one conversation at the same time: nothing is lost, nothing is there twice. */
interface RacingTurnsContract extends StoreUnderTest {
  int CALLERS = 6;
  int TURNS = 8;

  /** One caller's line: the common first question, and then what only this one says. */
  static List<String> line(SessionManager manager, int caller) {
    SessionState session = manager.getOrCreateSession(null, "race");
    List<Message> said = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (int turn = 0; turn < TURNS; turn++) {
      texts.add(turn == 0 ? "Hello" : "caller " + caller + ", question " + turn);
      said.add(Message.of("user", texts.get(texts.size() - 1)));
      OpenTurn open = manager.beginTurn(session, said, HistoryMode.CLIENT);
      texts.add("caller " + caller + ", answer " + turn);
      Message answer = Message.of("assistant", texts.get(texts.size() - 1));
      manager.completeTurn(open, List.of(new Answer(answer, "m", "stop", AnswerStatus.COMPLETED)));
      said.add(answer);
    }
    return texts;
  }

  /** All callers' lines at once, each through one of the managers. */
  static List<List<String>> race(List<SessionManager> managers) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(CALLERS);
    try {
      CyclicBarrier start = new CyclicBarrier(CALLERS);
      List<Future<List<String>>> running = new ArrayList<>();
      for (int c = 0; c < CALLERS; c++) {
        int caller = c;
        SessionManager manager = managers.get(caller % managers.size());
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  return line(manager, caller);
                }));
      }
      List<List<String>> lines = new ArrayList<>();
      for (Future<List<String>> line : running) {
        lines.add(line.get());
      }
      return lines;
    } finally {
      executor.shutdownNow();
    }
  }

  /** That the tree is one question with a branch for each caller, and every line is in it. */
  static void check(SessionManager manager, List<List<String>> lines) {
    List<Message> messages = manager.transcript(new SessionId("conv-race")).messages();
    Map<String, Message> byId = new HashMap<>();
    Map<String, Message> byText = new HashMap<>();
    for (Message message : messages) {
      assertEquals(null, byId.put(message.id(), message), "an id that is there twice");
      assertEquals(null, byText.put(message.text(), message), "a message that is there twice");
      assertTrue(
          message.parentId() == null || byId.containsKey(message.parentId()),
          "a parent comes before what follows it");
    }
    assertEquals(1, messages.stream().filter(message -> message.parentId() == null).count());
    assertEquals(1 + CALLERS * (2 * TURNS - 1), messages.size());
    for (List<String> line : lines) {
      Deque<String> path = new ArrayDeque<>();
      Message at = byText.get(line.get(line.size() - 1));
      assertNotNull(at, "the last answer is stored");
      for (; at != null; at = byId.get(at.parentId())) {
        path.addFirst(at.text());
      }
      assertEquals(line, List.copyOf(path));
    }
  }

  @Test
  default void racingTurns_makeOneTree_withEveryLineInIt() throws Exception {
    List<List<String>> lines;
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      lines = race(List.of(manager));
      check(manager, lines);
    }
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      check(manager, lines);
    }
  }

  @Test
  default void turnsRacingOnTwoServers_makeOneTree_withEveryLineInIt() throws Exception {
    Assumptions.assumeTrue(isShared(), "this store is one server's alone");
    List<List<String>> lines;
    try (SessionStore first = open();
        SessionManager one = new SessionManager(first, Clock.systemUTC());
        SessionManager two = new SessionManager(open(), Clock.systemUTC())) {
      lines = race(List.of(one, two));
      check(one, lines);
      check(two, lines);
    }
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      check(manager, lines);
    }
  }
}
