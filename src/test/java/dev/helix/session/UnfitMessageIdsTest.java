package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.Message;
import dev.helix.transcript.MessageIds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ids of messages that are unknown, unfit or not all there: none is an error. */
class UnfitMessageIdsTest extends PlacingTest {
  @Test
  void unknownParent_leavesItToTheWalk() {
    twoTurns();
    turn(ids("u3", "nonsense", "a3"), "A3", "user: Q1", "assistant: A1", "user: Q3");
    turn(ids("u4", "nonsense", "a4"), "A4", "user: Q4");
    assertEquals(
        List.of("u3 Q3 < a1", "a3 A3 < u3", "u4 Q4 < root", "a4 A4 < u4"), named().subList(4, 8));
  }

  @Test
  void absentParent_withAHistory_leavesItToTheWalk() {
    twoTurns();
    turn(ids("u3", null, "a3"), "A3", "user: Q1", "assistant: A1", "user: Q3");
    assertEquals(List.of("u3 Q3 < a1", "a3 A3 < u3"), named().subList(4, 6));
  }

  @Test
  void idsInACircle_areNotTaken() {
    turn(ids("x", "x", "x"), "A1", "user: Q1");
    turn(ids("a", "u", "u"), "A2", "user: Q2");
    assertEquals(List.of("x Q1 < root", "* A1 < x", "a Q2 < root", "* A2 < a"), named());
    turn(ids("u2", "a", "a"), "A3", "user: Q2", "user: Q3");
    assertEquals(List.of("u2 Q3 < a", "* A3 < u2"), named().subList(4, 6));
  }

  @Test
  void idsOfOtherKindsOfMessages_areNotTaken() {
    twoTurns();
    turn(ids("a1", "a2", "u1"), "A3", "user: Q1", "assistant: A1", "user: Q3");
    turn(ids("u2", "a1", "a1"), "A4", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals(List.of("* Q3 < a2", "* A3 < *", "* A4 < u2"), named().subList(4, 7));
  }

  @Test
  void idsOfAnotherConversation_meanNothingHere() {
    sessions.turn("other", "A1", "user: Q1");
    List<Message> others = sessions.transcript("other").messages();
    turn(ids(others.get(0).id(), others.get(1).id(), "a1"), "A", "user: Q");
    turn(ids("u2", others.get(1).id(), "a2"), "A2", "user: Q", "assistant: A", "user: Q2");
    assertEquals(List.of("Q < root", "A < Q", "Q2 < A", "A2 < Q2"), tree());
    assertEquals(List.of("Q1 < root", "A1 < Q1"), sessions.tree("other"));
  }

  @Test
  void partOfTheIds_isUsedAsFarAsItGoes() {
    twoTurns();
    turn(ids(null, null, "a3"), "A3", "user: Q1", "assistant: A1", "user: Q2");
    turn(ids(null, "a1", null), "A4", "user: Q4");
    turn(ids("u5", null, null), "A5", "user: Q5");
    assertEquals(
        List.of("a3 A3 < u2", "* Q4 < a1", "* A4 < *", "u5 Q5 < root", "* A5 < u5"),
        named().subList(4, 9));
  }

  @Test
  void conversationThatBeganWithoutIds_goesOnWithThem() {
    turn(MessageIds.NONE, "A1", "user: Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    turn(ids("u1", null, "a1b"), "A1b", "user: Q1");
    assertEquals(
        List.of("* Q1 < root", "* A1 < *", "u2 Q2 < *", "a2 A2 < u2", "a1b A1b < *"), named());
  }
}
