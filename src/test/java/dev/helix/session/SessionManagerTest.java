package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.tree.TranscriptTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which session a conversation is, and what becomes of its state. */
class SessionManagerTest {
  @TempDir Path directory;
  private SessionFixture sessions;

  @BeforeEach
  void open() {
    sessions = new SessionFixture(directory);
  }

  @AfterEach
  void close() {
    sessions.close();
  }

  private List<String> folders() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(e -> e.getFileName().toString()).filter(n -> !n.startsWith(".")).toList();
    }
  }

  private SessionState find(String id) {
    return sessions.manager().find(new SessionId(id)).orElseThrow();
  }

  @Test
  void askingForASession_storesNothing() throws IOException {
    SessionState session = sessions.session("c");
    assertEquals(SessionStatus.NEW, session.status());
    assertEquals("conv-c", session.sessionId().value());
    assertEquals("c", session.conversationId());
    assertEquals(
        "hallo-eaaa37b72e11",
        sessions.manager().getOrCreateSession("Hallo", "").sessionId().value());
    assertTrue(sessions.manager().randomSession().sessionId().value().startsWith("session-"));
    assertEquals(List.of(), folders());
    assertEquals(Optional.empty(), sessions.manager().find(session.sessionId()));
    assertEquals(List.of(), sessions.manager().transcript(session.sessionId()).messages());
    assertThrows(
        IllegalArgumentException.class, () -> sessions.manager().getOrCreateSession(null, null));
  }

  @Test
  void firstTurn_createsTheSession_withTheQuestionAsItsRequest() {
    OpenTurn turn =
        sessions.begin("c", HistoryMode.CLIENT, "system: S", "user: Hallo \u00fc", "user: and?");
    assertEquals(SessionStatus.DISCUSSING, turn.session().status());
    SessionState stored = find("conv-c");
    assertEquals(turn.session(), stored);
    assertEquals("Hallo \u00fc", stored.originalRequest());
    sessions.turn("c", "A", "user: something else");
    assertEquals("Hallo \u00fc", find("conv-c").originalRequest());
  }

  @Test
  void requestWithoutAUserMessage_leavesTheOriginalRequestToALaterTurn() {
    sessions.begin("c", HistoryMode.STORED, "{\"role\":\"tool\",\"content\":\"R\"}");
    assertEquals(null, find("conv-c").originalRequest());
    sessions.begin("c", HistoryMode.STORED, "user: Q");
    assertEquals("Q", find("conv-c").originalRequest());
    sessions.restart();
    assertEquals("Q", find("conv-c").originalRequest());
    assertTrue(Files.exists(directory.resolve("conv-c/input/request.md")));
  }

  @Test
  void nothingToPlace_createsNothing_untilThereIsAnAnswer() throws IOException {
    OpenTurn turn = sessions.begin("c", HistoryMode.CLIENT, "assistant:");
    assertEquals(List.of(), folders());
    sessions.manager().completeTurn(turn, List.of(answer("A", AnswerStatus.COMPLETED)));
    assertEquals(List.of("A < root"), sessions.tree("c"));
  }

  @Test
  void markerInAReply_setsTheStep_andAStatusOnceSetStays() {
    OpenTurn turn = sessions.begin("c", HistoryMode.CLIENT, "user: Q");
    SessionState after =
        sessions
            .manager()
            .completeTurn(
                turn, List.of(answer("A\n<!-- STEP: constraints -->", AnswerStatus.COMPLETED)));
    assertEquals(Step.CONSTRAINTS, after.step());
    assertEquals(after, find("conv-c"));
    sessions.manager().updateState(after.sessionId(), s -> s.withStatus(SessionStatus.READY));
    sessions.turn("c", "B", "user: Q");
    sessions.restart();
    assertEquals(Step.CONSTRAINTS, find("conv-c").step());
    assertEquals(SessionStatus.READY, find("conv-c").status());
  }

  @Test
  void changeOfState_mayNotChangeIds_andNeedsASession() {
    sessions.turn("c", "A", "user: Q");
    SessionId id = new SessionId("conv-c");
    SessionState other = sessions.session("d");
    assertThrows(
        IllegalArgumentException.class, () -> sessions.manager().updateState(id, s -> other));
    assertThrows(
        SessionException.class, () -> sessions.manager().updateState(other.sessionId(), s -> s));
  }

  @Test
  void list_givesTheLastUsedFirst() {
    sessions.turn("a", "A", "user: Q");
    sessions.turn("b", "A", "user: Q");
    sessions.turn("a", "B", "user: Q");
    assertEquals(
        List.of("a", "b"),
        sessions.manager().list(5).stream().map(SessionState::conversationId).toList());
  }

  @Test
  void idThatLooksLikeAnothersHashedForm_getsASessionOfItsOwn() {
    sessions.turn("a/b", "of a/b", "user: Q");
    sessions.turn("a-b-c14cddc033f64b9d", "of the other", "user: Q");
    assertEquals("conv-a-b-c14cddc033f64b9d", sessions.session("a/b").sessionId().value());
    assertNotEquals(
        "conv-a-b-c14cddc033f64b9d", sessions.session("a-b-c14cddc033f64b9d").sessionId().value());
    sessions.restart();
    assertEquals(List.of("Q < root", "of a/b < Q"), sessions.tree("a/b"));
    assertEquals(List.of("Q < root", "of the other < Q"), sessions.tree("a-b-c14cddc033f64b9d"));
  }

  @Test
  void idWhoseHashedFormIsTaken_getsTheLongOne() {
    sessions.turn("a-b-c14cddc033f64b9d", "of the other", "user: Q");
    sessions.turn("a/b", "of a/b", "user: Q");
    assertTrue(
        sessions
            .session("a/b")
            .sessionId()
            .value()
            .matches("conv-a-b-c14cddc033f64b9d[0-9a-f]{16}"));
    assertEquals(List.of("Q < root", "of a/b < Q"), sessions.tree("a/b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "a-b"})
  void idsThatSpellEveryOtherForm_leaveTheLastOneToWhoItIsOf(String id) {
    List<SessionId> forms = SessionId.conversationForms(id);
    for (SessionId form : forms.subList(0, forms.size() - 1)) {
      String crafted = form.value().substring("conv-".length());
      if (!crafted.equals(id)) {
        sessions.turn(crafted, "of " + crafted, "user: Q");
        assertEquals(form, sessions.session(crafted).sessionId());
      }
    }
    SessionState before = sessions.session(id);
    sessions.turn(id, "mine", "user: Q");
    assertEquals(List.of("Q < root", "mine < Q"), sessions.tree(id));
    sessions.restart();
    assertEquals(List.of("Q < root", "mine < Q"), sessions.tree(id));
    boolean isPlain = id.equals("a-b");
    assertEquals(isPlain ? forms.get(0) : forms.get(forms.size() - 1), before.sessionId());
  }

  @Test
  void sessionThatMovedToItsHashedForm_isFoundThere_alsoWhenThePlainNameIsFreeAgain() {
    sessions.turn("a/b", "x", "user: Q");
    String rival = "a-b-c14cddc033f64b9d";
    sessions.turn(rival, "mine", "user: Q");
    sessions.manager().delete(sessions.session("a/b").sessionId());
    sessions.restart();
    assertEquals(List.of("Q < root", "mine < Q"), sessions.tree(rival));
  }

  @Test
  void nameTakenBetweenResolvingAndTheFirstTurn_isNeverShared() {
    String rival = "a-b-c14cddc033f64b9d";
    SessionState mine = sessions.session("a/b");
    SessionState theirs = sessions.session(rival);
    assertEquals(mine.sessionId(), theirs.sessionId());
    OpenTurn first = sessions.manager().beginTurn(mine, messages("user: mine"), HistoryMode.CLIENT);
    OpenTurn second =
        sessions.manager().beginTurn(theirs, messages("user: theirs"), HistoryMode.CLIENT);
    assertNotEquals(first.session().sessionId(), second.session().sessionId());
    assertEquals(List.of("mine < root"), sessions.tree("a/b"));
    assertEquals(List.of("theirs < root"), sessions.tree(rival));
  }

  @Test
  void fallbackWhoseNameAConversationHolds_movesOn_andTheOtherWayRound() {
    String message = "conv a b";
    String name = SessionId.forFirstMessage(message).value();
    String conversation = name.substring("conv-".length());
    SessionState early = sessions.manager().getOrCreateSession(message, null);
    sessions.turn(conversation, "A", "user: Q");
    assertEquals(name, sessions.session(conversation).sessionId().value());
    OpenTurn late =
        sessions.manager().beginTurn(early, messages("user: " + message), HistoryMode.CLIENT);
    assertTrue(late.session().sessionId().value().matches(name + "-[0-9a-f]{16}"));
    assertEquals(
        late.session().sessionId(),
        sessions.manager().getOrCreateSession(message, null).sessionId());

    String second = "conv c d";
    SessionState fallback = sessions.manager().getOrCreateSession(second, null);
    sessions.manager().beginTurn(fallback, messages("user: " + second), HistoryMode.CLIENT);
    String rival = fallback.sessionId().value().substring("conv-".length());
    assertNotEquals(fallback.sessionId(), sessions.session(rival).sessionId());
  }

  @Test
  void foldersOfTheOriginalsLossyNames_areFoundByTheIdTheyName() throws IOException {
    for (String name : List.of("conv-My-Chat-1", "conv-My_Chat-2")) {
      Path context = Files.createDirectories(directory.resolve(name).resolve("context"));
      Files.writeString(
          directory.resolve(name).resolve("status.json"),
          "{\"session_id\":\""
              + name
              + "\",\"status\":\"new\",\"conversation_id\":\"My_Chat/"
              + name.charAt(name.length() - 1)
              + "\",\"created_at\":\"2025-11-02T10:00:00\"}");
      Files.writeString(
          context.resolve("messages.json"), "[{\"role\":\"user\",\"content\":\"old\"}]");
    }
    assertEquals("conv-My-Chat-1", sessions.session("My_Chat/1").sessionId().value());
    assertEquals("conv-My_Chat-2", sessions.session("My_Chat/2").sessionId().value());
    SessionState other = sessions.session("My Chat 1");
    assertTrue(other.sessionId().value().startsWith("conv-my-chat-1-"), other.toString());
    sessions.turn("My_Chat/1", "A", "user: old");
    assertEquals(List.of("old < root", "A < old"), sessions.tree("My_Chat/1"));
    assertEquals(SessionStatus.DISCUSSING, find("conv-My-Chat-1").status());
  }

  @Test
  void deletedSession_isGone_andATurnThatWasRunningIsToldSo_andDoesNotBringItBack()
      throws IOException {
    OpenTurn turn = sessions.begin("c", HistoryMode.CLIENT, "user: Q");
    assertTrue(sessions.manager().delete(turn.session().sessionId()));
    assertFalse(sessions.manager().delete(turn.session().sessionId()));
    assertThrows(SessionGoneException.class, () -> end(turn, "A"));
    assertEquals(List.of(), folders());
    sessions.turn("c", "A2", "user: Q2");
    assertEquals(List.of("Q2 < root", "A2 < Q2"), sessions.tree("c"));
  }

  @Test
  void adoptedSession_takesNoAnswerOfATurnThatWasRunning_whichIsToldSo() {
    OpenTurn turn = sessions.begin("c", HistoryMode.CLIENT, "user: Q");
    sessions.manager().adopt(turn.session().sessionId(), new Owner("acme", "ann"));
    assertThrows(SessionGoneException.class, () -> end(turn, "A"));
    List<Message> kept = sessions.manager().transcript(turn.session().sessionId()).messages();
    assertEquals(List.of("Q"), SessionFixture.texts(kept));
  }

  private void end(OpenTurn turn, String text) {
    sessions.manager().completeTurn(turn, List.of(answer(text, AnswerStatus.COMPLETED)));
  }

  @Test
  void manyNewConversationsAtOnce_eachGetOneSession() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<SessionId>> begun = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        String conversation = t % 2 == 0 ? "a/b" : "a-b-c14cddc033f64b9d";
        begun.add(
            executor.submit(
                () -> {
                  SessionState session = sessions.session(conversation);
                  start.await();
                  OpenTurn turn =
                      sessions
                          .manager()
                          .beginTurn(
                              session, messages("user: " + conversation), HistoryMode.CLIENT);
                  return turn.session().sessionId();
                }));
      }
      HashSet<SessionId> ids = new HashSet<>();
      for (Future<SessionId> id : begun) {
        ids.add(id.get());
      }
      assertEquals(2, ids.size());
      assertEquals(List.of("a/b < root"), sessions.tree("a/b"));
      assertEquals(List.of("a-b-c14cddc033f64b9d < root"), sessions.tree("a-b-c14cddc033f64b9d"));
    } finally {
      executor.shutdownNow();
    }
  }

  private static TranscriptTree read(TranscriptTree tree) {
    tree.apply(new LogVersion("log", 1), true, List.of());
    return tree;
  }

  @Test
  void warmTrees_forgetTheOldestFirst_andNoMoreThanNeeded() {
    SessionId a = new SessionId("a");
    SessionId b = new SessionId("b");
    WarmTrees trees = new WarmTrees(2 * new TranscriptTree(0).bytes());
    TranscriptTree treeA = read(trees.take(a));
    TranscriptTree treeB = read(trees.take(b));
    trees.give(a, treeA);
    trees.give(b, treeB);
    assertEquals(treeA, trees.take(a));
    trees.give(a, treeA);
    SessionId c = new SessionId("c");
    trees.give(c, read(trees.take(c)));
    assertNotEquals(treeB, trees.take(b));
    assertEquals(treeA, trees.take(a));
    assertEquals(new LogVersion("log", 1), treeA.version());
  }
}
