package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What came so far of an answer, recorded while it runs: its turn's end comes, or never does. */
class CheckpointTest extends PlacingTest {
  private OpenTurn checkpoint(OpenTurn turn, String... soFar) {
    List<Answer> answers =
        List.of(soFar).stream().map(text -> answer(text, AnswerStatus.CANCELLED)).toList();
    return sessions.manager().checkpoint(turn, answers);
  }

  /** A turn that has come so far, and whose server was killed then. */
  private void dead(MessageIds ids, String soFar, String... lines) {
    checkpoint(begin(ids, lines), soFar);
    sessions.restart();
  }

  private static MessageIds named(boolean is, String question, String parent, String answer) {
    return is ? ids(question, parent, answer) : MessageIds.NONE;
  }

  /** What a turn with stored history is sent, from memory and read anew. */
  private void assertSent(String... path) {
    assertEquals(List.of(path), path());
    for (int i = 0; i < 2; i++) {
      OpenTurn next = sessions.begin("c", HistoryMode.STORED, "user: and?");
      assertEquals(List.of(path), SessionFixture.texts(next.history()), i == 0 ? "warm" : "anew");
      sessions.restart();
    }
  }

  private List<Message> answers() {
    return sessions.transcript("c").messages().stream().filter(Message::isAssistant).toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deadAnswer_isThereAsFarAsItCame_andIsSentAsOneThatWasCancelled(boolean withIds) {
    OpenTurn turn = begin(named(withIds, "u1", null, "a1"), "user: Q1");
    turn = checkpoint(turn, "It");
    OpenTurn unused = checkpoint(turn, "It is so");
    sessions.restart();
    assertEquals(List.of("Q1 < root", "It is so < Q1"), tree());
    assertEquals(AnswerStatus.CANCELLED, answers().get(0).status());
    assertTrue(answers().get(0).element().checkpoint());
    assertEquals(withIds, answers().get(0).id().equals("a1"));
    assertSent("Q1", "It is so");
  }

  @ParameterizedTest
  @CsvSource({
    "true, It",
    "true, It is",
    "true, It is so that",
    "false, It",
    "false, It is",
    "false, It is so that"
  })
  void deadAnswer_isWhatItsClientHasSeen_beItLessOrMore(boolean withIds, String seen) {
    dead(named(withIds, "u1", null, "a1"), "It is", "user: Q1");
    for (int i = 0; i < 2; i++) {
      OpenTurn next =
          begin(named(withIds, "u2", "a1", "a2"), "user: Q1", "assistant: " + seen, "user: Q2");
      if (i == 1) {
        end(next, "A2");
      }
      String kept = seen.length() > "It is".length() ? seen : "It is";
      assertEquals(List.of("Q1 < root", kept + " < Q1", "Q2 < " + kept), tree().subList(0, 3));
      assertEquals(AnswerStatus.CANCELLED, answers().get(0).status());
      sessions.restart();
    }
    assertEquals(4, tree().size());
    turn(
        named(withIds, "u3", "a2", "a3"),
        "A3",
        "user: Q1",
        "assistant: " + seen,
        "user: Q2",
        "assistant: A2",
        "user: Q3");
    assertEquals(6, tree().size());
  }

  @Test
  void deadAnswer_inAHistoryThatItsClientSendsWithStoredHistory_isFound() {
    dead(MessageIds.NONE, "It is", "user: Q1");
    OpenTurn next =
        sessions.begin("c", HistoryMode.STORED, "user: Q1", "assistant: It is so", "user: Q2");
    assertEquals(List.of(), next.history());
    assertEquals(List.of("Q1 < root", "It is so < Q1", "Q2 < It is so"), tree());
  }

  @Test
  void deadAnswer_isContinuedFromWhatItsClientHasSeen() {
    dead(MessageIds.NONE, "It is", "user: Q1");
    turn(MessageIds.NONE, " that.", "user: Q1", "assistant: It is so");
    assertEquals(List.of("Q1 < root", "It is so that. < Q1"), tree());
    assertEquals(AnswerStatus.COMPLETED, answers().get(0).status());
  }

  @Test
  void deadAnswer_thatIsAskedForAgain_isBesideTheOther() {
    dead(MessageIds.NONE, "It", "user: Q1");
    turn(MessageIds.NONE, "It is so.", "user: Q1");
    assertEquals(List.of("Q1 < root", "It < Q1", "It is so. < Q1"), tree());
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: It is so.", "user: Q2");
    assertEquals("Q2 < It is so.", tree().get(3));
    assertSent("Q1", "It is so.", "Q2", "A2");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void turnThatEnds_hasOneAnswer_asWithoutCheckpoints(boolean withIds) throws Exception {
    turn(named(withIds, "u0", null, "a0"), "A0", "user: Q0");
    OpenTurn turn =
        begin(named(withIds, "u1", "a0", "a1"), "user: Q0", "assistant: A0", "user: Q1");
    turn = checkpoint(turn, "It");
    turn = checkpoint(turn, "It is");
    end(turn, "It is so.");
    List<String> tree = List.of("Q0 < root", "A0 < Q0", "Q1 < A0", "It is so. < Q1");
    assertEquals(tree, tree());
    assertFalse(answers().get(1).element().checkpoint());
    assertEquals(AnswerStatus.COMPLETED, answers().get(1).status());
    sessions.restart();
    assertEquals(tree, tree());
    assertSent("Q0", "A0", "Q1", "It is so.");
    String log = Files.readString(directory.resolve("conv-c/context/messages.json"));
    assertEquals(2, log.lines().filter(line -> line.contains("\"checkpoint\":true")).count());
  }

  @Test
  void turnThatEnds_whoseSessionWasForgotten_hasOneAnswer() {
    OpenTurn turn = checkpoint(begin("user: Q1"), "It");
    sessions.restart();
    end(turn, "It is so.");
    assertEquals(List.of("Q1 < root", "It is so. < Q1"), tree());
  }

  @ParameterizedTest
  @ValueSource(strings = {"COMPLETED", "CANCELLED", "FAILED"})
  void turnThatBreaksOff_hasItsOwnStatus(AnswerStatus status) {
    OpenTurn turn = checkpoint(begin("user: Q1"), "It");
    end(turn, "It is", status);
    assertEquals(List.of("Q1 < root", "It is < Q1"), tree());
    assertEquals(status, answers().get(0).status());
    assertEquals(status == AnswerStatus.FAILED ? List.of() : List.of("Q1", "It is"), path());
  }

  /** What a model thinks stands in a checkpoint, and is no part of the answer in its end. */
  @Test
  void turnThatEnds_withOtherWords_hasOneAnswer() {
    OpenTurn turn = checkpoint(begin("user: Q1"), "<think>hm, let me");
    end(turn, "<think>hm, let me see</think>So.");
    assertEquals(List.of("Q1 < root", "<think>hm, let me see</think>So. < Q1"), tree());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void turnsSideBySide_haveAnAnswerEach_andThePathIsOfTheLater(boolean withIds) {
    OpenTurn one = begin(named(withIds, "u1", null, "a1"), "user: Q1");
    OpenTurn two = begin(named(withIds, "u1", null, "a2"), "user: Q1");
    one = checkpoint(one, "one");
    two = checkpoint(two, "two");
    one = checkpoint(one, "one one");
    two = checkpoint(two, "two two");
    assertEquals(List.of("Q1 < root", "one one < Q1", "two two < Q1"), tree());
    assertEquals(List.of("Q1", "two two"), path());
    end(two, "two two.");
    one = checkpoint(one, "one one one");
    assertEquals(List.of("Q1", "two two."), path());
    end(one, "one one one.");
    assertEquals(List.of("Q1 < root", "one one one. < Q1", "two two. < Q1"), tree());
    assertSent("Q1", "two two.");
  }

  @ParameterizedTest
  @CsvSource({"true, It", "true, It is so", "false, It", "false, It is so"})
  void clientThatGoesOn_whileTheStoppedAnswerRuns_hasOneAnswer(boolean withIds, String seen) {
    OpenTurn stopped = checkpoint(begin(named(withIds, "u1", null, "a1"), "user: Q1"), "It is");
    OpenTurn next =
        begin(named(withIds, "u2", "a1", "a2"), "user: Q1", "assistant: " + seen, "user: Q2");
    stopped = checkpoint(stopped, "It is so t");
    end(stopped, "It is so that", AnswerStatus.CANCELLED);
    end(next, "A2");
    assertEquals(
        List.of("Q1 < root", "It is so that < Q1", "Q2 < It is so that", "A2 < Q2"), tree());
    assertSent("Q1", "It is so that", "Q2", "A2");
  }

  @Test
  void clientThatChangedTheStoppedAnswer_keepsItsWords() {
    OpenTurn stopped = checkpoint(begin(ids("u1", null, "a1"), "user: Q1"), "It is");
    OpenTurn next = begin(ids("u2", "a1", "a2"), "user: Q1", "assistant: It is well", "user: Q2");
    end(stopped, "It is so", AnswerStatus.CANCELLED);
    end(next, "A2");
    assertEquals("It is well", sessions.transcript("c").get("a1").text());
    assertEquals(List.of("Q1", "It is well", "Q2", "A2"), path());
  }

  @Test
  void clientThatGoesOn_fromWordsOfItsOwn_hasNoCheckpointBesideThem() {
    OpenTurn stopped = begin("user: Q1");
    OpenTurn next = begin("user: Q1", "assistant: It", "user: Q2");
    stopped = checkpoint(stopped, "It is");
    assertEquals(List.of("Q1 < root", "It < Q1", "Q2 < It"), tree());
    end(stopped, "It is so", AnswerStatus.CANCELLED);
    end(next, "A2");
    assertEquals(List.of("Q1 < root", "It is so < Q1", "Q2 < It is so", "A2 < Q2"), tree());
  }

  @Test
  void answerThatCallsToolsInTheEnd_isOneMessage() {
    OpenTurn turn = checkpoint(begin("user: Q1"), "look");
    endWithCall(turn);
    assertEquals(List.of("Q1 < root", "looking < Q1"), tree());
    turn(MessageIds.NONE, "end", "user: Q1", CALL, RESULT);
    assertEquals(List.of("Q1 < root", "looking < Q1", "R < looking", "end < R"), tree());
  }

  /**
   * The last round's answer has the id, and takes what the first round's checkpoint was with it.
   */
  @Test
  void answerWithAnId_thatCallsToolsFirst_standsBehindThem() {
    endWithCall(checkpoint(begin(ids("u1", null, "a1"), "user: Q1"), "look"));
    OpenTurn round = begin(ids("u1", null, "a1"), "user: Q1", CALL, RESULT);
    round = checkpoint(round, "en");
    List<String> soFar = List.of("u1 Q1 < root", "a1 en < *", "* looking < u1", "* R < *");
    assertEquals(soFar, named());
    end(round, "end");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", CALL, RESULT, "assistant: end", "user: Q2");
    List<String> tree =
        List.of("Q1 < root", "end < R", "looking < Q1", "R < looking", "Q2 < end", "A2 < Q2");
    assertEquals(tree, tree());
    assertSent("Q1", "looking", "R", "end", "Q2", "A2");
    assertEquals(tree, tree().subList(0, 6));
  }

  @Test
  void continuation_thatEnds_hasBothPartsOnce() {
    Message first =
        messages("{\"role\":\"assistant\",\"content\":\"one\",\"reasoning_content\":\"r1\"}")
            .get(0);
    sessions
        .manager()
        .completeTurn(
            begin(ids("u1", null, "a1"), "user: Q1"),
            List.of(new Answer(first, "m", null, AnswerStatus.CANCELLED)));
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1", "assistant: one");
    for (String more : List.of(" t", " tw")) {
      turn = sessions.manager().checkpoint(turn, List.of(thought("r2", more)));
    }
    assertEquals(List.of("u1 Q1 < root", "a1 one tw < u1"), named());
    sessions.manager().completeTurn(turn, List.of(thought("r2 r3", " two")));
    assertEquals(
        "{\"role\":\"assistant\",\"content\":\"one two\",\"reasoning_content\":\"r1r2 r3\"}",
        new String(answers().get(0).wireJson(), UTF_8));
  }

  private static Answer thought(String reasoning, String text) {
    String json =
        "{\"role\":\"assistant\",\"content\":\"%s\",\"reasoning_content\":\"%s\"}"
            .formatted(text, reasoning);
    return new Answer(messages(json).get(0), "m", null, AnswerStatus.COMPLETED);
  }

  @Test
  void continuation_thatCallsATool_leavesTheAnswerAsItWas() {
    turn(ids("u1", null, "a1"), "one", "user: Q1");
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1", "assistant: one");
    endWithCall(checkpoint(turn, " look"));
    assertEquals(List.of("u1 Q1 < root", "a1 one < u1", "* onelooking < u1"), named());
    assertEquals(AnswerStatus.COMPLETED, answers().get(0).status());
  }

  @Test
  void severalAnswers_haveOneMessageEach() {
    OpenTurn turn = begin(ids("u1", null, "a1"), "user: Q1");
    turn = checkpoint(turn, "one");
    turn = checkpoint(turn, "one", "two");
    sessions
        .manager()
        .completeTurn(
            turn,
            List.of(
                answer("one one", AnswerStatus.COMPLETED),
                answer("two two", AnswerStatus.COMPLETED)));
    assertEquals(List.of("u1 Q1 < root", "a1 one one < u1", "* two two < u1"), named());
  }

  @Test
  void answerThatBeginsTheTranscript_hasOneMessage() {
    OpenTurn turn = checkpoint(begin(ids("u1", null, "a1"), "system: S"), "one");
    end(turn, "one one");
    assertEquals(List.of("a1 one one < root"), named());
  }

  @Test
  void sessionThatIsDeleted_getsNoCheckpoint() {
    OpenTurn turn = begin("user: Q1");
    sessions.manager().delete(turn.session().sessionId());
    assertThrows(SessionGoneException.class, () -> checkpoint(turn, "one"));
  }

  @Test
  void sessionThatIsNotInMemory_isNotReadForItsCheckpoints() {
    CountedReads reads = new CountedReads(new MemorySessionStore());
    try (SessionManager manager =
        new SessionManager(reads.store(), new SteppingClock(), 0, new LogMemory())) {
      List<Message> question = messages("user: Q1");
      SessionState session = manager.getOrCreateSession(null, "c");
      OpenTurn turn = manager.beginTurn(session, question, HistoryMode.CLIENT);
      manager.beginTurn(manager.getOrCreateSession(null, "d"), question, HistoryMode.CLIENT);
      List<String> unused = reads.calls();
      turn = manager.checkpoint(turn, List.of(answer("It", AnswerStatus.CANCELLED)));
      turn = manager.checkpoint(turn, List.of(answer("It is", AnswerStatus.CANCELLED)));
      manager.completeTurn(turn, List.of(answer("It is so.", AnswerStatus.COMPLETED)));
      assertEquals(List.of("append", "append", "append", "force"), reads.calls());
      assertEquals(
          List.of("Q1", "It is so."),
          SessionFixture.texts(manager.transcript(session.sessionId()).messages()));
    }
  }
}
