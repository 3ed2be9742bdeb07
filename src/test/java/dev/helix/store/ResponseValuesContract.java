package dev.helix.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.ResponseNote;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Long values of responses' notes, in whatever store they are: once a session. */
interface ResponseValuesContract extends StoreUnderTest {
  SessionId VALUES = new SessionId("conv-values");
  String NAME = "0a".repeat(24);
  String TOOLS = "[\"zanzibar \\u00e9\uD83D\uDE00 " + "x".repeat(100_000) + "\"]";
  String BROUGHT = ",\"apart\":{\"" + NAME + "\":" + TOOLS + "}}";

  private static String note(int number, String value) {
    return "{\"id\":\"resp_s"
        + ResponseContract.end(number)
        + "\",\"shared\":{\"tools\":\""
        + value
        + "\"}}";
  }

  private static OpenTurn begin(SessionManager manager, int number, String value) {
    return manager.beginTurn(
        manager.getOrCreateSession(null, "values"),
        new TurnRequest(
                List.of(Message.of("user", "Q" + number)),
                HistoryMode.STORED,
                SentHistory.ALL,
                MessageIds.NONE)
            .responding(
                new ResponseNote(
                    ResponseContract.node(number),
                    note(number, value),
                    false,
                    Map.of(value, TOOLS))));
  }

  private static void respond(SessionManager manager, int number, String value) {
    OpenTurn turn = begin(manager, number, value);
    Answer answer = new Answer(Message.of("assistant", "A"), "m", "stop", AnswerStatus.COMPLETED);
    manager.completeTurn(turn, List.of(answer.withNote(note(number, value))));
  }

  private static String whole(SessionManager manager, int number) {
    return manager
        .answer(VALUES, ResponseContract.end(number))
        .orElseThrow()
        .message()
        .element()
        .response();
  }

  private static String brought(int number) {
    return note(number, NAME).replaceFirst("}$", "") + BROUGHT;
  }

  private static Map<String, byte[]> files(SessionStore store) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    assertTrue(store.export(VALUES, files::put));
    return files;
  }

  @Test
  default void value_isKeptOnce_andFoundAgain_alsoInACopy() throws IOException {
    Map<String, byte[]> files;
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      for (int i = 1; i <= 5; i++) {
        respond(manager, i, NAME);
        assertEquals(brought(i), whole(manager, i));
      }
      OpenTurn unused = begin(manager, 6, NAME);
      files = files(store);
      long bytes = files.values().stream().mapToLong(each -> each.length).sum();
      // Once with the question that made the session, and once beside.
      assertTrue(bytes < 2 * TOOLS.getBytes(UTF_8).length + 20_000, () -> "" + bytes);
      assertTrue(store.delete(VALUES));
    }
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      Map<String, byte[]> copied = files;
      assertTrue(
          store.restore(
              VALUES,
              visitor -> {
                for (Map.Entry<String, byte[]> file : copied.entrySet()) {
                  visitor.file(file.getKey(), file.getValue());
                }
                visitor.end();
              }));
      for (int i = 1; i <= 6; i++) {
        assertEquals(brought(i), whole(manager, i));
      }
    }
  }

  @Test
  default void value_staysWithTheOthers_andGoesWithTheLast() throws IOException {
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      for (int i = 1; i <= 3; i++) {
        respond(manager, i, NAME);
      }
      manager.erase(VALUES, Set.of(ResponseContract.node(1)));
      manager.erase(VALUES, Set.of(ResponseContract.node(2)));
      assertEquals(brought(3), whole(manager, 3));
      manager.erase(VALUES, Set.of(ResponseContract.node(3)));
      for (Map.Entry<String, byte[]> file : files(store).entrySet()) {
        assertFalse(new String(file.getValue(), UTF_8).contains("zanzibar"), file.getKey());
      }
      respond(manager, 4, NAME);
      assertEquals(brought(4), whole(manager, 4));
    }
  }

  @Test
  default void sessionOfARefusedQuestion_canBeTakenBack() {
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      OpenTurn turn = begin(manager, 1, NAME);
      assertEquals(brought(1), whole(manager, 1));
      assertTrue(manager.withdraw(turn));
      assertTrue(store.find(VALUES).isEmpty());
      respond(manager, 2, NAME);
      assertEquals(brought(2), whole(manager, 2));
    }
  }

  @Test
  default void checkpoint_keepsTheValue_ofTheTurnThatMadeTheSession() {
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      OpenTurn turn = begin(manager, 1, NAME);
      Answer half = new Answer(Message.of("assistant", "Ha"), "m", null, AnswerStatus.CANCELLED);
      OpenTurn on = manager.checkpoint(turn, List.of(half.withNote(note(1, NAME))));
      assertEquals(brought(1), whole(manager, 1));
      assertEquals(Map.of(), on.apart());
    }
  }

  @Test
  default void valuesThatNoResponseHas_areEmptiedWithAnErasure_andNoOtherNoteIs()
      throws IOException {
    String lost = "0b".repeat(24);
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      for (int i = 1; i <= 3; i++) {
        respond(manager, i, NAME);
      }
      // What was kept for a turn that was refused then.
      assertTrue(store.saveNote(VALUES, "response-" + lost, "[\"lost\"]"));
      assertTrue(store.saveNote(VALUES, "response-mine", "mine"));
      assertEquals(Set.of(), store.erase(VALUES, Set.of("nothing")));
      assertEquals("[\"lost\"]", store.note(VALUES, "response-" + lost).orElseThrow());
      store.erase(VALUES, Set.of(ResponseContract.node(1)));
      assertEquals("", store.note(VALUES, "response-" + lost).orElseThrow());
      assertEquals(TOOLS, store.note(VALUES, "response-" + NAME).orElseThrow());
      store.erase(VALUES, Set.of(ResponseContract.node(2), ResponseContract.node(3)));
      assertEquals("", store.note(VALUES, "response-" + NAME).orElseThrow());
      assertEquals("mine", store.note(VALUES, "response-mine").orElseThrow());
      assertFalse(raw().contains("zanzibar"));
    }
  }

  /** A store in which something is done before one of these methods is called the next time. */
  private static SessionStore before(
      SessionStore store, Set<String> methods, AtomicReference<Runnable> next) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (methods.contains(method.getName())) {
            Optional.ofNullable(next.getAndSet(null)).ifPresent(Runnable::run);
          }
          try {
            return method.invoke(store, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        };
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(), new Class<?>[] {SessionStore.class}, handler);
  }

  @Test
  default void valueThatAnotherServerErases_whileATurnRefersToIt_isKeptAgain() {
    AtomicReference<Runnable> next = new AtomicReference<>();
    try (SessionStore store = open();
        SessionStore second = isShared() ? open() : store;
        SessionManager manager =
            new SessionManager(before(store, Set.of("append"), next), Clock.systemUTC());
        SessionManager other = new SessionManager(second, Clock.systemUTC())) {
      respond(manager, 1, NAME);
      respond(manager, 2, NAME);
      Set<String> both = Set.of(ResponseContract.node(1), ResponseContract.node(2));
      next.set(() -> assertEquals(both, other.erase(VALUES, both)));
      OpenTurn unused = begin(manager, 3, NAME);
      assertEquals(brought(3), whole(manager, 3));
    }
  }

  @Test
  default void valueThatAnotherServerRefersTo_whileItIsErased_stays() {
    AtomicReference<Runnable> next = new AtomicReference<>();
    Set<String> erases = Set.of("saveNote", "erase");
    try (SessionStore store = open();
        SessionStore second = isShared() ? open() : store;
        SessionManager manager =
            new SessionManager(before(store, erases, next), Clock.systemUTC());
        SessionManager other = new SessionManager(second, Clock.systemUTC())) {
      respond(manager, 1, NAME);
      respond(manager, 2, NAME);
      next.set(
          () -> {
            OpenTurn unused = begin(other, 3, NAME);
          });
      manager.erase(VALUES, Set.of(ResponseContract.node(1), ResponseContract.node(2)));
      assertEquals(brought(3), whole(other, 3));
    }
  }

  @Test
  default void valueOfATurnThatIsErasedWhileItRuns_isNotKept() throws IOException {
    try (SessionStore store = open();
        SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      OpenTurn turn = begin(manager, 1, NAME);
      manager.erase(VALUES, Set.of(ResponseContract.node(1)));
      Answer answer = new Answer(Message.of("assistant", "A"), "m", "stop", AnswerStatus.COMPLETED);
      manager.completeTurn(turn, List.of(answer.withNote(note(1, NAME))));
      assertFalse(raw().contains("zanzibar"));
    }
  }
}
