package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.MessageIds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Turns whose lease another one took meanwhile: what they say is kept, and is no part of the path.
 */
class LostLeaseTest {
  private static final SessionId ID = new SessionId("conv-c");

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

  private Lease lease() {
    return sessions.manager().lease(ID, Duration.ofMinutes(1)).orElseThrow();
  }

  /** The lease is another's from now on, who is given back. */
  private Lease takeOver(Lease lease) {
    sessions.manager().release(lease);
    return lease();
  }

  private OpenTurn begin(Lease lease, MessageIds ids, String... lines) {
    return sessions
        .manager()
        .beginTurn(
            sessions.session("c"),
            new TurnRequest(messages(lines), HistoryMode.STORED, SentHistory.ALL, ids).with(lease));
  }

  private void end(OpenTurn turn, String text) {
    sessions.manager().completeTurn(turn, List.of(answer(text, AnswerStatus.COMPLETED)));
  }

  private void endsBeside(OpenTurn turn, String text) {
    assertThrows(LeaseLostException.class, () -> end(turn, text));
  }

  private List<String> path() {
    return texts(sessions.transcript("c").currentPath());
  }

  @Test
  void lateAnswer_isAFailedBranch_andThePathIsTheOthers() {
    Lease first = lease();
    OpenTurn late = begin(first, MessageIds.NONE, "user: One?");
    Lease second = takeOver(first);
    end(begin(second, MessageIds.NONE, "user: Two?"), "Two.");
    endsBeside(late, "One. <!-- STEP: why -->");
    sessions.restart();
    assertEquals(List.of("Two?", "Two."), path());
    assertEquals(
        List.of("One? < root", "Two? < root", "Two. < Two?", "One. <!-- STEP: why --> < One?"),
        sessions.tree("c"));
    Message kept = sessions.transcript("c").messages().get(3);
    assertEquals(AnswerStatus.FAILED, kept.status());
    assertEquals(Step.WHAT, sessions.session("c").step());
  }

  @Test
  void sameQuestionAskedAgain_isFound_andTheLateAnswerStandsBesideTheOther() {
    Lease first = lease();
    OpenTurn late = begin(first, MessageIds.NONE, "user: One?");
    Lease second = takeOver(first);
    end(begin(second, MessageIds.NONE, "user: One?"), "One.");
    endsBeside(late, "One, late.");
    assertEquals(List.of("One?", "One."), path());
    assertEquals(List.of("One? < root", "One. < One?", "One, late. < One?"), sessions.tree("c"));
  }

  @Test
  void lateAnswerOfAGivenId_takesNothingFromTheOneThatHasIt() {
    MessageIds ids = new MessageIds("u1", null, "a1");
    Lease first = lease();
    OpenTurn late = begin(first, ids, "user: One?");
    Lease second = takeOver(first);
    end(begin(second, ids, "user: One?"), "One.");
    endsBeside(late, "One, late.");
    assertEquals(List.of("One?", "One."), path());
    assertEquals("One.", sessions.transcript("c").get("a1").text());
    assertEquals(3, sessions.transcript("c").messages().size());
  }

  @Test
  void lateContinuation_isNoNewerVersionOfTheAnswer() {
    MessageIds ids = new MessageIds("u1", null, "a1");
    Lease first = lease();
    end(begin(first, ids, "user: One?"), "One");
    OpenTurn late = begin(first, ids, "user: One?", "assistant: One");
    assertEquals("a1", late.continued());
    takeOver(first);
    endsBeside(late, " and a half");
    assertEquals(List.of("One?", "One"), path());
    assertEquals(List.of("One? < root", "One < One?", "One and a half < One?"), sessions.tree("c"));
  }

  @Test
  void turnThatBeginsWithALostLease_storesNothing() {
    Lease first = lease();
    end(begin(first, MessageIds.NONE, "user: One?"), "One.");
    takeOver(first);
    assertThrows(LeaseLostException.class, () -> begin(first, MessageIds.NONE, "user: Two?"));
    assertEquals(List.of("One? < root", "One. < One?"), sessions.tree("c"));
    Lease elsewhere =
        sessions.manager().lease(new SessionId("conv-d"), Duration.ofMinutes(1)).orElseThrow();
    assertThrows(LeaseLostException.class, () -> begin(elsewhere, MessageIds.NONE, "user: Two?"));
    assertEquals(2, sessions.tree("c").size());
  }
}
