package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.store.MemorySessionStore;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.tree.MessageCache;
import dev.helix.transcript.tree.TranscriptTree;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a turn with stored history reads, and what is kept so that it need not read more. */
class WarmHistoryTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final CountedReads reads = new CountedReads(new MemorySessionStore());
  private SessionManager manager = new SessionManager(reads.store(), Clock.systemUTC());

  private static OpenTurn begin(SessionManager manager, int limit, String... lines) {
    return manager.beginTurn(
        manager.getOrCreateSession(null, "c"),
        new TurnRequest(messages(lines), HistoryMode.STORED, limit, MessageIds.NONE));
  }

  private List<String> turn(int limit, String question, String answer) {
    OpenTurn turn = begin(manager, limit, "user: " + question);
    manager.completeTurn(turn.withoutHistory(), List.of(answer(answer, AnswerStatus.COMPLETED)));
    return texts(turn.history());
  }

  private void restart() {
    manager = new SessionManager(reads.store(), Clock.systemUTC());
  }

  private void restart(long cacheBytes) {
    manager = new SessionManager(reads.store(), Clock.systemUTC(), cacheBytes, new LogMemory());
  }

  @Test
  void longConversation_isReadOnceAfterARestart_andNotForEachTurn() {
    for (int i = 0; i < 200; i++) {
      turn(4, "Q" + i, "A" + i);
    }
    restart();
    assertEquals(0, reads.whole());
    assertEquals(List.of("Q198", "A198", "Q199", "A199"), turn(4, "Q200", "A200"));
    assertEquals(1, reads.whole());
    assertEquals(List.of("Q199", "A199", "Q200", "A200"), turn(4, "Q201", "A201"));
    assertEquals(List.of("Q200", "A200", "Q201", "A201"), turn(4, "Q202", "A202"));
    assertEquals(0, reads.whole());
  }

  @Test
  void longConversation_isNotReadForEachTurn_whereCharactersBoundIt() {
    for (int i = 0; i < 200; i++) {
      turn(4, "Q" + i, "A" + i);
    }
    restart();
    SentHistory most = new SentHistory(Integer.MAX_VALUE, 80, false);
    for (int i = 200; i < 203; i++) {
      OpenTurn turn =
          manager.beginTurn(
              manager.getOrCreateSession(null, "c"),
              new TurnRequest(messages("user: Q" + i), HistoryMode.STORED, most, MessageIds.NONE));
      manager.completeTurn(turn, List.of(answer("A" + i, AnswerStatus.COMPLETED)));
      assertEquals(
          List.of("Q" + (i - 2), "A" + (i - 2), "Q" + (i - 1), "A" + (i - 1)),
          texts(turn.history()));
      assertEquals(i == 200 ? 1 : 0, reads.whole());
    }
  }

  @Test
  void shortConversation_isNotReadForEachTurn_withoutALimit() {
    turn(Integer.MAX_VALUE, "Q1", "A1");
    reads.whole();
    assertEquals(List.of("Q1", "A1"), turn(Integer.MAX_VALUE, "Q2", "A2"));
    assertEquals(List.of("Q1", "A1", "Q2", "A2"), turn(Integer.MAX_VALUE, "Q3", "A3"));
    assertEquals(0, reads.whole());
  }

  @Test
  void continuedAnswer_thatIsKeptWarm_isNotRead() {
    turn(4, "Q1", "A1 and");
    reads.whole();
    OpenTurn turn = begin(manager, 4, "user: Q1", "assistant: A1 and");
    manager.completeTurn(turn, List.of(answer(" more", AnswerStatus.COMPLETED)));
    assertEquals(0, reads.whole());
    assertEquals(List.of("Q1", "A1 and more"), turn(4, "Q2", "A2"));
  }

  @Test
  void whatAnotherServerAdded_isSent() {
    turn(4, "Q1", "A1");
    SessionManager other = new SessionManager(reads.store(), Clock.systemUTC());
    OpenTurn there = begin(other, 4, "system: S", "user: Q2");
    other.completeTurn(there, List.of(answer("A2", AnswerStatus.COMPLETED)));
    reads.whole();
    OpenTurn here = begin(manager, 4, "user: Q3");
    assertEquals(List.of("Q1", "A1", "Q2", "A2"), texts(here.history()));
    assertEquals("S", here.system().text());
    assertEquals(0, reads.whole());
  }

  @Test
  void messageThatIsTooLongToBeKept_isReadEachTime_untilTheLimitDropsIt_andNothingBeforeIt() {
    String image = "x".repeat(1 << 18);
    restart(1 << 20);
    for (int i = 0; i < 100; i++) {
      turn(4, "Q" + i, "A" + i);
    }
    assertEquals(List.of("Q98", "A98", "Q99", "A99"), turn(4, image, "B2"));
    reads.calls();
    assertEquals(List.of("Q99", "A99", image, "B2"), turn(4, "Q3", "B3"));
    assertTrue(reads.calls().contains("readEnd"));
    assertEquals(List.of(image, "B2", "Q3", "B3"), turn(4, "Q4", "B4"));
    assertTrue(reads.calls().contains("readEnd"));
    assertEquals(List.of("Q3", "B3", "Q4", "B4"), turn(4, "Q5", "B5"));
    reads.calls();
    assertEquals(List.of("Q4", "B4", "Q5", "B5"), turn(4, "Q6", "B6"));
    assertFalse(reads.calls().contains("readEnd"));
    assertEquals(0, reads.whole());
  }

  @Test
  void conversationsThatDoNotFitIntoTheMemory_areNotReadWhole() {
    List<SessionId> ids = new ArrayList<>();
    for (int c = 0; c < 20; c++) {
      SessionId id = new SessionId("conv-c" + c);
      reads.store().append(state(id), LogVersion.NONE, chain(1000), null);
      ids.add(id);
    }
    restart(600_000);
    for (int round = 0; round < 4; round++) {
      for (SessionId id : ids) {
        OpenTurn turn =
            manager.beginTurn(
                manager.find(id).orElseThrow(),
                new TurnRequest(messages("user: Q"), HistoryMode.STORED, 4, MessageIds.NONE));
        assertEquals(4, turn.history().size());
        manager.completeTurn(turn, List.of(answer("A " + round, AnswerStatus.COMPLETED)));
      }
      assertEquals(round == 0 ? 20 : 0, reads.whole());
    }
  }

  @Test
  void treeOfTwoThousandMessages_takesWellUnderAMegabyte() {
    SessionId id = new SessionId("conv-c");
    reads.store().append(state(id), LogVersion.NONE, chain(2000), null);
    TranscriptTree tree = WholeHistory.tree(reads.store(), id);
    assertTrue(tree.bytes() < 800_000, tree.bytes() + " bytes");
  }

  private static SessionState state(SessionId id) {
    return SessionState.fresh(id, id.value().substring(5), Owner.ANONYMOUS, NOW);
  }

  private static List<Message> chain(int messages) {
    List<Message> elements = new ArrayList<>();
    String parent = null;
    for (int i = 0; i < messages; i++) {
      ElementFields fields = ElementFields.node("m-" + i, parent, NOW);
      elements.add(Message.of(i % 2 == 0 ? "user" : "assistant", i + "x".repeat(100)).as(fields));
      parent = "m-" + i;
    }
    return elements;
  }

  @Test
  void messages_areSentWithTheBytesThatTheStoreWouldGive(@TempDir Path directory) {
    try (SessionStore store = FileSessionStore.open(directory)) {
      SessionManager warm = new SessionManager(store, Clock.systemUTC());
      OpenTurn turn =
          begin(
              warm,
              4,
              "{ \"id\": 7,\n \"role\" : \"user\" ,\n\"content\":[ {\"type\":\"text\",\n"
                  + "\"text\":\"Q\\u0031\"} ]\n}");
      warm.completeTurn(turn, List.of(answer("A1", AnswerStatus.COMPLETED)));
      List<String> kept = wire(begin(warm, 4, "user: Q2"));
      SessionManager cold = new SessionManager(store, Clock.systemUTC());
      assertEquals(2, kept.size());
      assertEquals(wire(begin(cold, 4, "user: Q2")), kept);
    }
  }

  @Test
  void systemMessageThatAnotherProgramWrote_isTheSameAsInTheTranscript() {
    turn(4, "Q1", "A1");
    SessionState state = manager.getOrCreateSession(null, "c");
    LogVersion end = reads.store().read(state.sessionId(), LogVersion.NONE).version();
    Message element = messages("{\"role\":\"system\",\"id\":\"s\",\"content\":\"S\"}").get(0);
    reads.store().append(state, end, List.of(element), null);
    reads.whole();
    Message sent = begin(manager, 4, "user: Q2").system();
    assertEquals(0, reads.whole());
    Message stored = manager.transcript(state.sessionId()).system();
    assertEquals(stored.id(), sent.id());
    assertEquals(stored.text(), sent.text());
  }

  @Test
  void systemMessageThatIsTooLongOnlyWithItsFields_isNotKept() {
    MessageCache recent = new MessageCache(1000);
    recent.keep(List.of(), null);
    ElementFields fields = ElementFields.system("s", NOW);
    recent.addSystem(Message.of("system", "x".repeat(700)).as(fields), fields);
    assertEquals(0, recent.bytes());
    assertFalse(recent.isOn());
  }

  private static List<String> wire(OpenTurn turn) {
    return turn.history().stream().map(m -> new String(m.wireJson(), UTF_8)).toList();
  }

  @Test
  void onlyTurnsWithStoredHistory_haveMessagesKept_andTheyCount() {
    SessionId id = new SessionId("conv-c");
    List<Message> elements =
        chain(100).stream()
            .map(m -> Message.of(m.role(), "x".repeat(1000)).as(m.element()))
            .toList();
    reads.store().append(state(id), LogVersion.NONE, elements, null);
    TranscriptTree tree = new TranscriptTree(1 << 18);
    plan(tree, id, HistoryMode.CLIENT, 4);
    long alone = tree.bytes();
    assertEquals(100, tree.size());
    plan(tree, id, HistoryMode.STORED, 4);
    assertEquals(alone + tree.recent().bytes(), tree.bytes());
    assertTrue(tree.recent().bytes() > 4_000 && tree.recent().bytes() < 6_000);
    plan(tree, id, HistoryMode.STORED, 40);
    assertTrue(tree.recent().bytes() > 40_000 && tree.recent().bytes() < 60_000);
    plan(tree, id, HistoryMode.STORED, 4);
    assertTrue(tree.recent().bytes() > 4_000 && tree.recent().bytes() < 12_000);
  }

  private LogReader log() {
    return new LogReader(reads.store(), new LogMemory().part());
  }

  private void plan(TranscriptTree tree, SessionId id, HistoryMode mode, int limit) {
    TurnRequest request = new TurnRequest(messages("user: Q"), mode, limit, MessageIds.NONE);
    TurnPlan plan = TurnPlan.make(log(), tree, id, TurnPlan.readOn(log(), tree, id), request, NOW);
    assertEquals(mode == HistoryMode.STORED ? limit : 0, plan.history().size());
  }
}
