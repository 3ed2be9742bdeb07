package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.MessageIds;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a turn asks of the store. */
class TurnCallsTest {
  private static final List<String> WARM = List.of("find", "append", "append", "force");

  private final CountedReads reads = new CountedReads(new MemorySessionStore());
  private SessionManager manager = new SessionManager(reads.store(), Clock.systemUTC());
  private final List<Message> said = new ArrayList<>();

  private OpenTurn begin(HistoryMode mode, String question) {
    said.addAll(messages("user: " + question));
    List<Message> sent = mode == HistoryMode.CLIENT ? said : messages("user: " + question);
    return manager.beginTurn(
        manager.getOrCreateSession(null, "c"), new TurnRequest(sent, mode, 4, MessageIds.NONE));
  }

  private SessionState end(OpenTurn turn, String text) {
    said.addAll(messages("assistant: " + text));
    return manager.completeTurn(turn, List.of(answer(text, AnswerStatus.COMPLETED)));
  }

  private List<String> turn(HistoryMode mode, String question, String text) {
    SessionState unused = end(begin(mode, question), text);
    return reads.calls();
  }

  @ParameterizedTest
  @EnumSource
  void turn_findsAndAppends_andNothingElse(HistoryMode mode) {
    List<String> first = turn(mode, "Q1", "A1");
    assertEquals(
        List.of("append", "append", "force"), first.subList(first.size() - 3, first.size()));
    assertEquals(0, reads.whole());
    turn(mode, "Q2", "A2");
    assertEquals(WARM, turn(mode, "Q3", "A3"));
    assertEquals(WARM, turn(mode, "Q4", "A4"));
  }

  @Test
  void newConversationOfAnOwner_isLookedForUnderAllItsNamesAtOnce() {
    SessionState first = manager.getOrCreateSession(new Owner("acme", "ann"), null, "A/b");
    assertEquals(SessionStatus.NEW, first.status());
    assertEquals(List.of("ownerSecret", "find", "findAll"), reads.calls());
  }

  @ParameterizedTest
  @EnumSource
  void firstTurnAfterARestart_readsOnce(HistoryMode mode) {
    turn(mode, "Q1", "A1");
    manager = new SessionManager(reads.store(), Clock.systemUTC());
    List<String> calls = new ArrayList<>(turn(mode, "Q2", "A2"));
    assertEquals("append", calls.get(calls.size() - 2));
    assertEquals(
        1, calls.stream().filter(call -> call.startsWith("read")).count(), calls.toString());
  }

  @ParameterizedTest
  @EnumSource
  void whatAnotherServerAdded_isReadOnce_afterTheAppendFoundIt(HistoryMode mode) {
    turn(mode, "Q1", "A1");
    turn(mode, "Q2", "A2");
    SessionManager here = manager;
    manager = new SessionManager(reads.store(), Clock.systemUTC());
    turn(mode, "Q3", "A3");
    manager = here;
    assertEquals(
        List.of("find", "append", "read", "append", "append", "force"), turn(mode, "Q4", "A4"));
    assertEquals(
        List.of("Q1", "A1", "Q2", "A2", "Q3", "A3", "Q4", "A4"),
        SessionFixture.texts(manager.transcript(new SessionId("conv-c")).currentPath()));
  }

  @ParameterizedTest
  @EnumSource
  void state_isChangedOnlyWhereItDiffers(HistoryMode mode) {
    turn(mode, "Q1", "A1");
    turn(mode, "Q2", "A2");
    assertEquals(
        List.of("find", "append", "append", "update", "force"),
        turn(mode, "Q3", "A3 <!-- STEP: why -->"));
    assertEquals(Step.WHY, manager.find(new SessionId("conv-c")).orElseThrow().step());
  }

  @ParameterizedTest
  @EnumSource
  void step_thatWasSetDuringATurn_isWhatTheAnswerSaysInTheEnd(HistoryMode mode) {
    turn(mode, "Q1", "A1");
    OpenTurn turn = begin(mode, "Q2");
    manager.updateState(turn.session().sessionId(), state -> state.withStep(Step.DONE));
    manager.updateState(turn.session().sessionId(), state -> state.withProjectName("p"));
    assertEquals("p", end(turn, "A2 <!-- STEP: what -->").projectName());
    SessionState stored = manager.find(new SessionId("conv-c")).orElseThrow();
    assertEquals(Step.WHAT, stored.step());
    assertEquals("p", stored.projectName());
  }
}
