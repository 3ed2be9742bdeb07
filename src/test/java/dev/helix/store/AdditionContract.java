package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.session.Addition;
import dev.helix.session.Erasing;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionGoneException;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Messages are put on a session's path without a turn, and erased in part. */
interface AdditionContract extends StoreUnderTest {
  int ADDERS = 16;

  private static Message added(String role, String text) {
    String note = "{\"id\":\"\",\"items\":[{\"id\":\"msg_" + text.hashCode() + "\"}]}";
    return Message.of(role, text)
        .as(ElementFields.node(ResponseNote.newNode(), null, null).responding(note).asAdded());
  }

  private static Addition<RuntimeException> adding(String... texts) {
    List<Message> messages = new ArrayList<>();
    for (String text : texts) {
      messages.add(added(messages.isEmpty() ? "user" : "assistant", text));
    }
    return path -> messages;
  }

  private static List<String> path(SessionManager manager) {
    return manager
        .transcript(manager.getOrCreateSession(null, "added").sessionId())
        .currentPath()
        .stream()
        .map(Message::text)
        .toList();
  }

  @Test
  default void sessionOfNothing_isThere_withItsNote_andIsAddedTo() throws Exception {
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      SessionState fresh = manager.getOrCreateSession(null, "added");
      SessionState made = manager.add(fresh, null, adding());
      assertEquals(SessionStatus.DISCUSSING, made.status());
      manager.saveContext(made.sessionId(), "openai-metadata", "{}");
    }
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      SessionState stored = manager.getOrCreateSession(null, "added");
      assertEquals(SessionStatus.DISCUSSING, stored.status());
      assertEquals("{}", manager.getContext(stored.sessionId(), "openai-metadata").orElseThrow());
      assertEquals(1, manager.list(10).size());
      assertEquals(List.of(), path(manager));
      OpenTurn turn =
          manager.beginTurn(stored, List.of(Message.of("user", "Q")), HistoryMode.STORED);
      assertEquals(List.of(), turn.history());
      SessionState after = manager.add(stored, null, adding("One", "1"));
      assertEquals("Q", after.originalRequest());
      assertEquals(List.of("One", "1"), path(manager));
      assertTrue(manager.delete(stored.sessionId()));
      assertThrows(SessionGoneException.class, () -> manager.add(stored, null, adding("Two", "2")));
      assertEquals(List.of(), manager.list(10));
    }
  }

  /** Two servers at once, of which each knows its own part. */
  @Test
  default void additionsAtTheSameTime_areOnePath_andStayTogether() throws Exception {
    try (SessionStore store = open()) {
      List<SessionManager> managers =
          List.of(
              new SessionManager(store, Clock.systemUTC()),
              new SessionManager(store, Clock.systemUTC()));
      SessionState made =
          managers.get(0).add(managers.get(0).getOrCreateSession(null, "added"), null, adding());
      ExecutorService executor = Executors.newFixedThreadPool(ADDERS);
      try {
        CyclicBarrier start = new CyclicBarrier(ADDERS);
        List<Future<SessionState>> running = new ArrayList<>();
        for (int i = 0; i < ADDERS; i++) {
          int adder = i;
          running.add(
              executor.submit(
                  () -> {
                    start.await();
                    return managers
                        .get(adder % 2)
                        .add(made, null, adding("Q" + adder, "to Q" + adder));
                  }));
        }
        for (Future<SessionState> each : running) {
          assertEquals(made.sessionId(), each.get().sessionId());
        }
      } finally {
        executor.shutdownNow();
      }
      List<String> said = path(managers.get(1));
      assertEquals(2 * ADDERS, said.size(), said::toString);
      for (int i = 0; i < said.size(); i += 2) {
        assertEquals("to " + said.get(i), said.get(i + 1));
      }
    }
  }

  @Test
  default void messageErasedInPart_hasItsRest_inAllItsVersions_andTheOthersStay() throws Exception {
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      SessionState made = manager.getOrCreateSession(null, "added");
      Message first = added("assistant", "stays");
      Message answer = Message.of("assistant", "stays zanzibar").as(first.element());
      Message question = added("user", "Q");
      SessionState stored = manager.add(made, null, path -> List.of(question, answer));
      SessionState again = manager.add(stored, null, path -> List.of(answer));
      Message below = added("user", "Next");
      assertEquals(stored.sessionId(), again.sessionId());
      SessionState last = manager.add(stored, null, path -> List.of(below));
      Map<String, Message> rests = Map.of(first.id(), first, question.id(), question);
      Erasing erasing = new Erasing(Set.of(first.id(), question.id(), "none"), rests);
      assertEquals(Set.of(first.id(), question.id()), manager.erase(last.sessionId(), erasing));
      assertEquals(List.of("Q", "stays", "Next"), path(manager));
      assertEquals("Q", manager.find(last.sessionId()).orElseThrow().originalRequest());
      for (Message element : store.read(last.sessionId(), LogVersion.NONE).elements()) {
        assertFalse(new String(element.elementJson(), UTF_8).contains("zanzibar"));
        assertTrue(element.element().added() && element.timestamp() != null);
      }
    }
  }
}
