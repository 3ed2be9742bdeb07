package dev.helix.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.Lease;
import dev.helix.session.LeaseLostException;
import dev.helix.session.OpenTurn;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What came so far of an answer: its server goes on, or does not, and others look at it. */
interface CheckpointContract extends StoreUnderTest {
  SessionId ID = new SessionId("conv-running");

  static OpenTurn begin(SessionManager manager, HistoryMode mode, Lease lease, String... said) {
    SessionState session = manager.getOrCreateSession(null, "running");
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < said.length; i++) {
      messages.add(Message.of(i % 2 == 0 ? "user" : "assistant", said[i]));
    }
    return manager.beginTurn(
        session, new TurnRequest(messages, mode, SentHistory.ALL, MessageIds.NONE).with(lease));
  }

  static List<Answer> answer(String text, AnswerStatus status) {
    return List.of(new Answer(Message.of("assistant", text), "m", null, status));
  }

  static List<String> said(SessionManager manager) {
    return manager.transcript(ID).messages().stream()
        .map(
            message ->
                message.text()
                    + (message.status() == null ? "" : " " + message.status().wireName())
                    + (message.element().checkpoint() ? " so far" : ""))
        .toList();
  }

  static List<String> path(SessionManager manager) {
    return manager.transcript(ID).currentPath().stream().map(Message::text).toList();
  }

  @Test
  default void answerOfADeadServer_isThereAsFarAsItCame_andTheNextTurnFollowsIt() {
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      OpenTurn turn = begin(manager, HistoryMode.CLIENT, null, "Q1");
      turn = manager.checkpoint(turn, answer("It", AnswerStatus.CANCELLED));
      OpenTurn unused = manager.checkpoint(turn, answer("It is", AnswerStatus.CANCELLED));
    }
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      assertEquals(List.of("Q1", "It is cancelled so far"), said(manager));
      OpenTurn next = begin(manager, HistoryMode.STORED, null, "Q2");
      assertEquals(List.of("Q1", "It is"), next.history().stream().map(Message::text).toList());
      manager.completeTurn(next, answer("A2", AnswerStatus.COMPLETED));
      // A client that has seen more of it.
      OpenTurn more = begin(manager, HistoryMode.CLIENT, null, "Q1", "It is so", "Q2", "A2", "Q3");
      manager.completeTurn(more, answer("A3", AnswerStatus.COMPLETED));
    }
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      assertEquals(List.of("Q1", "It is", "Q2", "A2", "Q3", "A3"), path(manager));
      assertEquals(6, said(manager).size());
    }
  }

  @Test
  default void answerThatRuns_whileOthersAreAddedOnTwoServers_isOneInTheEnd() {
    Assumptions.assumeTrue(isShared(), "this store is one server's alone");
    try (SessionManager here = new SessionManager(open(), Clock.systemUTC());
        SessionManager there = new SessionManager(open(), Clock.systemUTC())) {
      OpenTurn turn = begin(here, HistoryMode.CLIENT, null, "Q1");
      turn = here.checkpoint(turn, answer("It", AnswerStatus.CANCELLED));
      assertEquals(List.of("Q1", "It cancelled so far"), said(there));
      OpenTurn beside = begin(there, HistoryMode.CLIENT, null, "Q1");
      beside = there.checkpoint(beside, answer("Or", AnswerStatus.CANCELLED));
      OpenTurn behind = begin(there, HistoryMode.CLIENT, null, "Q1", "It is", "Q2");
      turn = here.checkpoint(turn, answer("It is s", AnswerStatus.CANCELLED));
      there.completeTurn(beside, answer("Or so.", AnswerStatus.COMPLETED));
      here.completeTurn(turn, answer("It is so", AnswerStatus.CANCELLED));
      there.completeTurn(behind, answer("A2", AnswerStatus.COMPLETED));
      List<String> said =
          List.of("Q1", "It is so cancelled", "Or so. completed", "Q2", "A2 completed");
      assertEquals(said, said(here));
      assertEquals(said, said(there));
      assertEquals(List.of("Q1", "It is so", "Q2", "A2"), path(there));
    }
  }

  @Test
  default void turnWhoseLeaseIsLost_recordsNoMoreOfItsAnswer() {
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      Lease lease = manager.lease(ID, Duration.ofMinutes(1)).orElseThrow();
      OpenTurn turn = begin(manager, HistoryMode.STORED, lease, "Q1");
      OpenTurn going = manager.checkpoint(turn, answer("It", AnswerStatus.CANCELLED));
      manager.release(lease);
      Lease other = manager.lease(ID, Duration.ofMinutes(1)).orElseThrow();
      OpenTurn next = begin(manager, HistoryMode.STORED, other, "Q2");
      Assertions.assertThrows(
          LeaseLostException.class,
          () -> manager.checkpoint(going, answer("It is", AnswerStatus.CANCELLED)));
      Assertions.assertThrows(
          LeaseLostException.class,
          () -> manager.completeTurn(going, answer("It is so.", AnswerStatus.COMPLETED)));
      manager.completeTurn(next, answer("A2", AnswerStatus.COMPLETED));
      assertEquals(List.of("Q1", "It", "Q2", "A2"), path(manager));
      assertTrue(said(manager).contains("It is so. failed"), () -> said(manager).toString());
    }
  }
}
