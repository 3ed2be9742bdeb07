package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that end with an answer, which is to go on. */
class ContinueTest extends PlacingTest {
  private Message last() {
    List<Message> nodes = sessions.transcript("c").messages();
    return nodes.get(nodes.size() - 1);
  }

  @Test
  void continuedAnswer_isANewerVersion_withTheOldTextAndTheNew() {
    end(begin(ids("u1", null, "a1"), "user: Q1"), " one two \n", AnswerStatus.CANCELLED);
    end(begin(ids("u1", null, "a1"), "user: Q1", "assistant: one two"), "  three \n\n");
    sessions.restart();
    assertEquals(List.of("u1 Q1 < root", "a1  one two  three \n\n < u1"), named());
    assertEquals(AnswerStatus.COMPLETED, last().status());
    assertEquals(List.of("Q1", " one two  three \n\n"), path());
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: one two  three", "user: Q2");
    turn(MessageIds.NONE, "A3", "user: Q1", "assistant: one two  three", "user: Q3");
    assertEquals(
        List.of("u2 Q2 < a1", "a2 A2 < u2", "* Q3 < a1", "* A3 < *"), named().subList(2, 6));
  }

  @Test
  void continuedAnswer_isFoundByTheWalkToo() {
    turn(MessageIds.NONE, "one", "user: Q1");
    turn(MessageIds.NONE, " two", "user: Q1", "assistant: one");
    turn(MessageIds.NONE, " three", "user: Q1", "assistant: one two");
    assertEquals(List.of("Q1 < root", "one two three < Q1"), tree());
  }

  @Test
  void continuedAnswer_isTheOneThatIsNamed_amongEqualOnes() {
    turn(ids("u1", null, "a1"), "one", "user: Q1");
    turn(ids("u1", null, "a1b"), "one", "user: Q1");
    turn(ids("u1", null, "a1"), " two", "user: Q1", "assistant: one");
    turn(ids(null, null, "a1b"), " three", "user: Q1", "assistant: one");
    assertEquals(List.of("u1 Q1 < root", "a1 one two < u1", "a1b one three < u1"), named());
  }

  @Test
  void amongEqualAnswers_oneThatNothingFollows_goesOn() {
    turn(MessageIds.NONE, "one", "user: Q1");
    turn(MessageIds.NONE, "one", "user: Q1");
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: one", "user: Q2");
    turn(MessageIds.NONE, " two", "user: Q1", "assistant: one");
    assertEquals(List.of("Q1 < root", "one two < Q1", "one < Q1", "Q2 < one", "A2 < Q2"), tree());
  }

  @Test
  void reasoningOfBothParts_isKept_andOtherFieldsToo() {
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1");
    Message first =
        messages(
                "{\"role\":\"assistant\",\"content\":\"<think>x</think>one\","
                    + "\"reasoning_content\":\"r1\",\"first\":1.50,\"both\":\"1\"}")
            .get(0);
    sessions
        .manager()
        .completeTurn(turn, List.of(new Answer(first, "m1", null, AnswerStatus.CANCELLED)));
    Message second =
        messages(
                "{\"role\":\"assistant\",\"content\":\" two\",\"reasoning_content\":\"r2\","
                    + "\"both\":\"2\",\"second\":{\"a\":[]},\"first\":null}")
            .get(0);
    OpenTurn next = begin(ids("u1", null, "a1"), "user: Q1", "assistant: one");
    sessions
        .manager()
        .completeTurn(next, List.of(new Answer(second, "m2", "stop", AnswerStatus.COMPLETED)));
    assertEquals(
        "{\"role\":\"assistant\",\"content\":\"<think>x</think>one two\",\"reasoning_content\":"
            + "\"r1r2\",\"first\":1.50,\"both\":\"2\",\"second\":{\"a\":[]}}",
        new String(last().wireJson(), UTF_8));
    assertEquals("m2", last().model());
    assertEquals("stop", last().finishReason());
  }

  @Test
  void answerInParts_getsAPart() {
    turn(
        MessageIds.NONE,
        "A2",
        "user: Q1",
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"one\"}]}",
        "user: Q2");
    turn(MessageIds.NONE, " two", "user: Q1", "assistant: one");
    assertEquals("one\n two < Q1", tree().get(1));
  }

  @Test
  void partThatTheClientKept_isWhatGoesOn() {
    end(begin(ids("u1", null, "a1"), "user: Q1"), "one two three", AnswerStatus.CANCELLED);
    end(begin(ids("u1", null, "a1"), "user: Q1", "assistant: one two "), "2.5");
    assertEquals(List.of("u1 Q1 < root", "a1 one two2.5 < u1"), named());
  }

  @Test
  void answerThatWasChangedInPlaceBefore_goesOnAsItIsNow() {
    turn(ids("u1", null, "a1"), "one", "user: Q1");
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1", "assistant: uno");
    assertEquals(List.of("u1 Q1 < root", "a1 uno < u1"), named());
    end(turn, " due");
    assertEquals(List.of("u1 Q1 < root", "a1 uno due < u1"), named());
  }

  @Test
  void answerThatNobodyHasSeen_isAddedFirst() {
    OpenTurn turn = begin("user: Write JSON", "assistant: {\"a\":");
    assertEquals(List.of("Write JSON < root", "{\"a\": < Write JSON"), tree());
    end(turn, "1}");
    assertEquals(List.of("Write JSON < root", "{\"a\":1} < Write JSON"), tree());
    end(begin(ids("u2", null, "a2"), "user: Q2", "assistant: pre"), "fill");
    assertEquals(List.of("u2 Q2 < root", "a2 prefill < u2"), named().subList(2, 4));
  }

  @Test
  void continuationThatFailedWithNothingNew_leavesTheAnswerAlone() {
    turn(ids("u1", null, "a1"), "one", "user: Q1");
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1", "assistant: one");
    end(turn, "", AnswerStatus.FAILED);
    assertEquals(List.of("u1 Q1 < root", "a1 one < u1"), named());
    assertEquals(AnswerStatus.COMPLETED, last().status());
  }

  @Test
  void severalContinuations_areAVersionAndSiblings() {
    turn(ids("u1", null, "a1"), "one", "user: Q1");
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1", "assistant: one");
    sessions
        .manager()
        .completeTurn(
            turn,
            List.of(
                answer(" two", AnswerStatus.COMPLETED), answer(" three", AnswerStatus.COMPLETED)));
    assertEquals(List.of("u1 Q1 < root", "a1 one two < u1", "* one three < u1"), named());
  }

  @Test
  void answerBehindToolRounds_goesOnWhereItStands() {
    endWithCall(begin(ids("u1", null, "a1"), "user: Q1"));
    turn(ids("u1", null, "a1"), "one", "user: Q1", CALL, RESULT);
    turn(ids("u1", null, "a1"), " two", "user: Q1", CALL, RESULT, "assistant: one");
    turn(ids("u1", null, "a1"), " three", "user: Q1", "assistant: one two");
    assertEquals(
        List.of("u1 Q1 < root", "* looking < u1", "* R < *", "a1 one two three < *"), named());
  }

  private static String called(String text) {
    return CALL.replace("looking", text);
  }

  /** A round as the client sends it: behind what went on, and in the next turn with its text. */
  private void goesOnWithATool(MessageIds ids, MessageIds next) {
    turn(ids, "one", "user: Q1");
    endWithCall(begin(ids, "user: Q1", "assistant: one"));
    turn(ids, "end", "user: Q1", "assistant: one", CALL, RESULT);
    turn(next, "A2", "user: Q1", called("onelooking"), RESULT, "assistant: end", "user: Q2");
  }

  @Test
  void continuationThatCallsATool_keepsTheTextBefore_andTheAnswerStandsBehindItsRounds() {
    goesOnWithATool(ids("u1", null, "a1"), ids("u2", "a1", "a2"));
    List<String> wanted =
        List.of(
            "u1 Q1 < root",
            "a1 end < *",
            "* onelooking < u1",
            "* R < *",
            "u2 Q2 < a1",
            "a2 A2 < u2");
    assertEquals(wanted, named());
    assertEquals(List.of("Q1", "onelooking", "R", "end", "Q2", "A2"), path());
    sessions.restart();
    turn(ids("u3", "a2", "a3"), "A3", "user: Q2", "assistant: A2", "user: Q3");
    assertEquals(wanted, named().subList(0, 6));
    assertEquals(List.of("u3 Q3 < a2", "a3 A3 < u3"), named().subList(6, 8));
  }

  @Test
  void continuationThatCallsATool_isFoundWithoutIds() {
    goesOnWithATool(MessageIds.NONE, MessageIds.NONE);
    assertEquals(
        List.of("Q1 < root", "end < R", "onelooking < Q1", "R < onelooking", "Q2 < end", "A2 < Q2"),
        tree());
  }

  @Test
  void callThatAClientPutBehindAnAnswerItself_hangsBelowIt() {
    turn(MessageIds.NONE, "one", "user: Q1");
    turn(MessageIds.NONE, "end", "user: Q1", "assistant: one", CALL, RESULT);
    assertEquals(
        List.of("Q1 < root", "one < Q1", "looking < one", "R < looking", "end < R"), tree());
  }

  @Test
  void continuationThatCallsTwoTools_isOneRowOfRounds() {
    MessageIds ids = ids("u1", null, "a1");
    String call = CALL.replace("c1", "c2");
    String result = RESULT.replace("c1", "c2").replace("R", "R2");
    turn(ids, "one", "user: Q1");
    endWithCall(begin(ids, "user: Q1", "assistant: one"));
    endWithCall(begin(ids, "user: Q1", "assistant: one", CALL, RESULT), call);
    turn(ids, "end", "user: Q1", "assistant: one", CALL, RESULT, call, result);
    assertEquals(List.of("Q1", "onelooking", "R", "looking", "R2", "end"), path());
  }

  @Test
  void answerBehindRounds_thatGoesOnWithAnotherTool_movesBehindItToo() {
    MessageIds ids = ids("u1", null, "a1");
    String call = CALL.replace("c1", "c2");
    String result = RESULT.replace("c1", "c2").replace("R", "R2");
    endWithCall(begin(ids, "user: Q1"));
    turn(ids, "one", "user: Q1", CALL, RESULT);
    endWithCall(begin(ids, "user: Q1", CALL, RESULT, "assistant: one"), call);
    turn(ids, "end", "user: Q1", CALL, RESULT, "assistant: one", call, result);
    assertEquals(List.of("Q1", "looking", "R", "onelooking", "R2", "end"), path());
    assertEquals(5 + 1, named().size());
  }

  @Test
  void toolThatWasStopped_leavesItsCallBeside_andTheTextIsTheAnswer() {
    endWithCall(begin(ids("u1", null, "a1"), "user: Q1"));
    turn(ids("u1", null, "a1"), " and more", "user: Q1", "assistant: looking");
    // The client puts a line's end where the call stood.
    assertEquals(List.of("u1 Q1 < root", "* looking < u1", "a1 looking\n and more < u1"), named());
    String whole = "{\"role\":\"assistant\",\"content\":\"looking\\n and more\"}";
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", whole, "user: Q2");
    turn(MessageIds.NONE, "A3", "user: Q1", whole, "user: Q2", "assistant: A2", "user: Q3");
    assertEquals(
        List.of(
            "u1 Q1 < root",
            "* looking < u1",
            "a1 looking\n and more < u1",
            "u2 Q2 < a1",
            "a2 A2 < u2",
            "* Q3 < a2",
            "* A3 < *"),
        named());
    assertEquals(List.of("Q1", "looking\n and more", "Q2", "A2", "Q3", "A3"), path());
  }

  @Test
  void toolThatWasStoppedInAnAnswerThatGoesOn_leavesTheTextOfBoth() {
    MessageIds ids = ids("u1", null, "a1");
    turn(ids, "one", "user: Q1");
    endWithCall(begin(ids, "user: Q1", "assistant: one"));
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: onelooking", "user: Q2");
    assertEquals(List.of("Q1", "onelooking", "Q2", "A2"), path());
  }

  @Test
  void fileReplacedDuringTheTurn_losesNothing() throws Exception {
    turn(ids("u1", null, "a1"), "one", "user: Q1");
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1", "assistant: one");
    java.nio.file.Files.writeString(
        directory.resolve("conv-c/context/messages.json"),
        "[{\"role\":\"user\",\"content\":\"X\"}]");
    end(turn, " two");
    assertEquals(List.of("X < root", "one two < root"), tree());
  }
}
