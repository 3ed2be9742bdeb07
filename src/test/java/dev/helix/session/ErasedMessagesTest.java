package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What becomes of conversations some of whose messages were erased. */
class ErasedMessagesTest extends PlacingTest {
  private SessionId id() {
    return sessions.session("c").sessionId();
  }

  private Transcript transcript() {
    return sessions.transcript("c");
  }

  private void erase(String... texts) {
    Set<String> ids =
        transcript().messages().stream()
            .filter(message -> Arrays.asList(texts).contains(message.text()))
            .map(Message::id)
            .collect(Collectors.toSet());
    assertEquals(texts.length, ids.size());
    assertEquals(ids, sessions.manager().erase(id(), ids));
  }

  private List<String> sent(String question) {
    return SessionFixture.texts(
        sessions.begin("c", HistoryMode.STORED, "user: " + question).history());
  }

  private void twoWalkedTurns() {
    turn(MessageIds.NONE, "A1", "user: Q1");
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: A1", "user: Q2");
  }

  @Test
  void historyThatAClientSendsAgain_goesOnWhereItStood_andBringsNothingBack() {
    twoWalkedTurns();
    erase("Q1");
    turn(
        MessageIds.NONE,
        "A3",
        "user: Q1",
        "assistant: A1",
        "user: Q2",
        "assistant: A2",
        "user: Q3");
    assertEquals(List.of(" < root", "A1 < ", "Q2 < A1", "A2 < Q2", "Q3 < A2", "A3 < Q3"), tree());
    assertEquals("", sessions.session("c").originalRequest());
    assertEquals(List.of("A1", "Q2", "A2", "Q3", "A3"), path());
  }

  @Test
  void historyWithoutTheErasedMessage_goesOnWhereItStood() {
    twoWalkedTurns();
    erase("A1");
    turn(MessageIds.NONE, "A3", "user: Q1", "user: Q2", "assistant: A2", "user: Q3");
    assertEquals(List.of("Q1", "Q2", "A2", "Q3", "A3"), path());
    assertEquals(6, transcript().messages().size());
  }

  @Test
  void erasedEnd_isFollowedByNone() {
    twoWalkedTurns();
    erase("A2");
    assertEquals(List.of("Q1", "A1"), sent("Q3"));
    assertEquals("A1", transcript().currentEnd(false).text());
    erase("A1");
    assertEquals(List.of(), sent("Q4"));
    assertNull(transcript().currentEnd(false));
  }

  @Test
  void callsAndResults_areSentTogetherOnly() {
    turn(MessageIds.NONE, "A1", "user: Q1", CALL, RESULT);
    assertEquals(List.of("Q1", "looking", "R", "A1"), path());
    erase("R");
    assertEquals(List.of("Q1", "A1"), path());
    assertEquals(List.of("Q1", "A1"), sent("Q2"));
  }

  @Test
  void resultsOfAnErasedCall_areNotSent() {
    turn(MessageIds.NONE, "A1", "user: Q1", CALL, RESULT);
    erase("looking");
    assertEquals(List.of("Q1", "A1"), path());
    assertEquals(List.of("Q1", "A1"), sent("Q2"));
  }

  @Test
  void answerBehindErasedRounds_staysWhereItIs() {
    turn(ids("u1", null, "a1"), "one", "user: Q1");
    OpenTurn open = begin(ids("u1", null, "a1"), "user: Q1", "assistant: one", CALL, RESULT);
    end(open, "two");
    Message before = transcript().get("a1");
    assertEquals("R", transcript().get(before.parentId()).text());
    erase("looking");
    assertEquals(before.parentId(), transcript().get("a1").parentId());
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: one two", "user: Q2");
    assertEquals(before.parentId(), transcript().get("a1").parentId());
  }

  @Test
  void erasedSystemMessage_leadsNoMore() {
    turn(MessageIds.NONE, "A1", "system: secret", "user: Q1");
    Message system = transcript().system();
    assertEquals(Set.of(system.id()), sessions.manager().erase(id(), Set.of(system.id())));
    assertNull(transcript().system());
    assertNull(sessions.begin("c", HistoryMode.STORED, "user: Q2").system());
    turn(MessageIds.NONE, "A3", "system: secret", "user: Q3");
    assertEquals("secret", transcript().system().text());
  }

  @Test
  void idsOfErasedMessages_nameTheirPlaces_andNothingElse() {
    twoTurns();
    sessions.manager().erase(id(), Set.of("a1", "u2"));
    turn(ids("u3", "a1", "a3"), "A3", "user: Q1", "assistant: A1", "user: Q3");
    assertEquals(List.of("u3 Q3 < a1", "a3 A3 < u3"), named().subList(4, 6));
    turn(ids("u2", "a1", "a1"), "A4", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals("", transcript().get("u2").text());
    assertEquals("", transcript().get("a1").text());
    assertEquals(List.of("Q1", "Q2", "A4"), path());
    turn(
        ids("u5", "a2", "a5"),
        "A5",
        "user: Q1",
        "assistant: A1",
        "user: Q2",
        "assistant: A2",
        "user: Q5");
    assertEquals(List.of("Q1", "A2", "Q5", "A5"), path());
    assertEquals("", transcript().get("u2").text());
  }

  @Test
  void answerThatIsErasedWhileItGoesOn_isNotKept() {
    turn(ids("u1", null, "a1"), "one", "user: Q1");
    OpenTurn open = begin(ids("u1", null, "a1"), "user: Q1", "assistant: one");
    Answer more = SessionFixture.answer(" two", AnswerStatus.CANCELLED);
    open = sessions.manager().checkpoint(open, List.of(more));
    erase("one two");
    open = sessions.manager().checkpoint(open, List.of(more));
    end(open, " two");
    assertEquals(List.of("Q1 < root", " < Q1"), tree());
  }

  @Test
  void fieldOfAClient_erasesNothing() {
    turn(
        MessageIds.NONE,
        "A1",
        "{\"role\":\"user\",\"content\":\"Q1\",\"erased\":true,\"id\":\"x\"}");
    assertEquals(List.of("Q1 < root", "A1 < Q1"), tree());
    assertFalse(transcript().messages().get(0).isErased());
    assertEquals("Q1", sessions.session("c").originalRequest());
  }
}
