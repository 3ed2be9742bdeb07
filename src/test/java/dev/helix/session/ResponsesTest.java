package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns whose answers are responses: what is kept of them, and where they stand. */
class ResponsesTest extends PlacingTest {
  /** The end of the id of a response, and of the message that it is as a rule. */
  private static String end(int number) {
    return String.format("%016x", number);
  }

  private static String node(int number) {
    return "m-00000000-0000-4000-" + end(number).replaceFirst("(.{4})", "$1-");
  }

  private static String note(int number) {
    return "{\"id\":\"resp_s" + "0".repeat(32) + end(number) + "\",\"asked\":{\"a\" : 1.0e1}}";
  }

  private static String ended(int number, String status) {
    return note(number).replaceFirst("}$", ",\"status\":\"" + status + "\"}");
  }

  private OpenTurn respond(int number, String parent, MessageIds ids, String... lines) {
    MessageIds named = parent == null ? ids : new MessageIds(ids.question(), parent, ids.answer());
    return sessions
        .manager()
        .beginTurn(
            sessions.session("c"),
            new TurnRequest(
                    messages(lines),
                    parent == null ? HistoryMode.CLIENT : HistoryMode.STORED,
                    SentHistory.ALL,
                    named)
                .responding(new ResponseNote(node(number), note(number), parent != null)));
  }

  private OpenTurn respond(int number, String parent, String... lines) {
    return respond(number, parent, MessageIds.NONE, lines);
  }

  private void endAs(OpenTurn turn, Answer answer) {
    sessions.manager().completeTurn(turn.withoutHistory(), List.of(answer));
  }

  private void complete(int number, OpenTurn turn, String text) {
    endAs(turn, answer(text, AnswerStatus.COMPLETED).withNote(ended(number, "completed")));
  }

  /** A whole turn for a response. */
  private void response(int number, String parent, String text, String... lines) {
    complete(number, respond(number, parent, lines), text);
  }

  private Optional<StoredAnswer> found(int number) {
    return sessions.manager().answer(sessions.session("c").sessionId(), end(number));
  }

  /** The response, found in memory and anew. */
  private StoredAnswer stored(int number) {
    StoredAnswer warm = found(number).orElseThrow();
    sessions.restart();
    StoredAnswer cold = found(number).orElseThrow();
    assertEquals(warm.message().id(), cold.message().id());
    assertEquals(warm.message().element().response(), cold.message().element().response());
    assertEquals(warm.message().text(), cold.message().text());
    assertEquals(texts(warm.asked()), texts(cold.asked()));
    return cold;
  }

  private List<String> pathTo(String node) {
    return texts(sessions.manager().path(sessions.session("c").sessionId(), node));
  }

  @Test
  void responseThatRuns_isKnown_andOnNoPath() {
    response(1, null, "A1", "user: Q1");
    OpenTurn turn = respond(2, node(1), "user: Q2");
    StoredAnswer there = stored(2);
    assertEquals(node(2), there.message().id());
    assertEquals(note(2), there.message().element().response());
    assertEquals("", there.message().text());
    assertEquals(AnswerStatus.CANCELLED, there.message().status());
    assertTrue(there.message().element().checkpoint());
    assertEquals(List.of("Q2"), texts(there.asked()));
    assertEquals(List.of("Q1", "A1"), path());
    assertEquals(List.of("Q1", "A1"), texts(turn.history()));
    OpenTurn next = sessions.begin("c", HistoryMode.STORED, "user: Q3");
    assertEquals(List.of("Q1", "A1"), texts(next.history()));
    OpenTurn resent = begin("user: Q1", "assistant: A1", "user: Q2", "assistant: else", "user: Q4");
    assertEquals("else < Q2", tree().get(5));
    assertNotNull(resent);
  }

  @Test
  void response_isWrittenWithTheQuestion_andReplacedAtTheEnd() throws Exception {
    CountedReads counted = new CountedReads(sessions.store());
    SessionManager manager = new SessionManager(counted.store(), new SteppingClock());
    OpenTurn turn =
        manager.beginTurn(
            manager.getOrCreateSession(null, "c"),
            TurnRequest.of(messages("user: Q1"), HistoryMode.CLIENT)
                .responding(new ResponseNote(node(1), note(1), false)));
    manager.completeTurn(
        turn, List.of(answer("A1", AnswerStatus.COMPLETED).withNote(ended(1, "completed"))));
    assertEquals(2, counted.calls().stream().filter("append"::equals).count());
    List<String> log =
        Files.readAllLines(directory.resolve("conv-c/context/messages.json")).stream()
            .filter(line -> line.contains("\"response\":"))
            .toList();
    assertEquals(2, log.size());
    assertTrue(log.get(0).contains("\"response\":" + note(1) + ","), log.get(0));
    assertTrue(log.get(1).contains("\"response\":" + ended(1, "completed") + ","), log.get(1));
    sessions.restart();
    StoredAnswer there = stored(1);
    assertEquals(ended(1, "completed"), there.message().element().response());
    assertFalse(there.message().element().checkpoint());
    assertEquals(List.of("Q1 < root", "A1 < Q1"), tree());
    assertFalse(new String(there.message().wireJson(), UTF_8).contains("resp_"));
    assertFalse(new String(there.message().sentJson(true), UTF_8).contains("resp_"));
  }

  @ParameterizedTest
  @EnumSource(AnswerStatus.class)
  void endWithoutAnyWord_hasItsStatusAndItsNote(AnswerStatus status) {
    response(1, null, "A1", "user: Q1");
    OpenTurn turn = respond(2, node(1), "user: Q2");
    endAs(turn, answer("", status).withNote(ended(2, status.wireName())));
    StoredAnswer there = stored(2);
    assertEquals(ended(2, status.wireName()), there.message().element().response());
    assertEquals(status, there.message().status());
    assertFalse(there.message().element().checkpoint());
    assertEquals(3 + 1, tree().size());
  }

  @Test
  void noteOfTheBeginning_staysWithCheckpoints_andWithAnEndThatBringsNone() {
    OpenTurn turn = respond(1, null, "user: Q1");
    turn = sessions.manager().checkpoint(turn, List.of(answer("It", AnswerStatus.CANCELLED)));
    assertEquals("It", stored(1).message().text());
    assertEquals(note(1), stored(1).message().element().response());
    endAs(turn, answer("It is", AnswerStatus.FAILED));
    assertEquals("It is", stored(1).message().text());
    assertEquals(note(1), stored(1).message().element().response());
    assertEquals(List.of("Q1 < root", "It is < Q1"), tree());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void forks_areBranches_andEachIsWhole(boolean sameQuestion) {
    response(1, null, "A1", "user: Q1");
    response(2, node(1), "A2", "user: Q2");
    OpenTurn[] turns = new OpenTurn[16];
    for (int i = 0; i < turns.length; i++) {
      turns[i] = respond(10 + i, node(1), sameQuestion ? "user: Q" : "user: Q" + i + "?");
      assertEquals(List.of("Q1", "A1"), texts(turns[i].history()));
    }
    for (int i = turns.length - 1; i >= 0; i--) {
      complete(10 + i, turns[i], "A" + (10 + i));
    }
    for (int i = 0; i < turns.length; i++) {
      String question = sameQuestion ? "Q" : "Q" + i + "?";
      assertEquals(List.of("Q1", "A1", question, "A" + (10 + i)), pathTo(node(10 + i)));
      StoredAnswer there = found(10 + i).orElseThrow();
      assertEquals(List.of(question), texts(there.asked()));
      assertEquals(ended(10 + i, "completed"), there.message().element().response());
    }
    sessions.restart();
    assertEquals(List.of("Q1", "A1", "Q2", "A2"), pathTo(node(2)));
    assertEquals(4 + 16 + (sameQuestion ? 1 : 16), tree().size());
    assertEquals("A25", path().get(3));
  }

  @Test
  void fork_followsTheNamedAnswer_alsoWhereItsInputRepeatsAnAnswer() {
    response(1, null, "OK", "user: Q1");
    response(2, node(1), "A2", "user: Q2");
    OpenTurn turn = respond(3, node(1), "user: more", "assistant: OK", "user: Q3");
    assertEquals(List.of("Q1", "OK"), texts(turn.history()));
    complete(3, turn, "A3");
    assertEquals(List.of("Q1", "OK", "more", "OK", "Q3", "A3"), pathTo(node(3)));
    assertEquals(List.of("more", "OK", "Q3"), texts(stored(3).asked()));
  }

  @Test
  void forkOfWhatIsNotThere_isRefused_andNothingIsStored() {
    assertThrows(AnswerGoneException.class, () -> respond(1, node(9), "user: Q1"));
    assertEquals(Optional.empty(), sessions.manager().find(new SessionId("conv-c")));
    response(1, null, "A1", "user: Q1");
    for (int i = 0; i < 2; i++) {
      assertThrows(AnswerGoneException.class, () -> respond(2, node(9), "user: Q2"));
      assertEquals(List.of("Q1 < root", "A1 < Q1"), tree());
      sessions.restart();
    }
  }

  @Test
  void forkOfAnAnswerOfAnotherServer_findsIt() {
    MemoryOfTwo two = new MemoryOfTwo();
    two.respond(two.one, 1, null, "A1", "user: Q1");
    two.respond(two.other, 2, node(1), "A2", "user: Q2");
    assertEquals(List.of("Q1", "A1", "Q2"), two.respond(two.one, 3, node(2), "A3", "user: Q3"));
  }

  /** Two servers on one store, each with what it keeps in memory. */
  private static final class MemoryOfTwo {
    private final SessionStore store = new MemorySessionStore();
    final SessionManager one = new SessionManager(store, new SteppingClock());
    final SessionManager other = new SessionManager(store, new SteppingClock());

    /** What it was sent but for the last message. */
    List<String> respond(
        SessionManager manager, int number, String parent, String text, String... lines) {
      TurnRequest request =
          new TurnRequest(
                  messages(lines),
                  HistoryMode.STORED,
                  SentHistory.ALL,
                  new MessageIds(null, parent, null))
              .responding(new ResponseNote(node(number), note(number), parent != null));
      OpenTurn turn = manager.beginTurn(manager.getOrCreateSession(null, "c"), request);
      manager.completeTurn(turn, List.of(answer(text, AnswerStatus.COMPLETED)));
      List<String> sent = texts(turn.history());
      return parent == null ? sent : sent.subList(0, sent.size() - 1);
    }
  }

  @Test
  void answerThatCallsTools_isFollowedByItsResults() {
    OpenTurn turn = respond(1, null, "user: Q1");
    endAs(
        turn,
        new Answer(messages(CALL).get(0), "m", "tool_calls", AnswerStatus.COMPLETED)
            .withNote(ended(1, "completed")));
    assertEquals("looking", stored(1).message().text());
    OpenTurn next = respond(2, node(1), RESULT);
    assertEquals(List.of("Q1", "looking"), texts(next.history()));
    complete(2, next, "end");
    assertEquals(List.of("Q1", "looking", "R", "end"), pathTo(node(2)));
    assertEquals(List.of("R"), texts(stored(2).asked()));
    assertEquals(List.of("Q1", "looking", "R", "end"), path());
  }

  @Test
  void systemMessageOfTheInput_isAnItem_andEachBranchHasItsOwn() {
    response(1, null, "A1", "developer: D1", "user: Q1");
    response(2, node(1), "A2", "developer: D2", "user: Q2");
    OpenTurn turn = respond(3, node(1), "user: Q3");
    assertEquals(List.of("D1", "Q1", "A1"), texts(turn.history()));
    assertEquals(null, turn.system());
    assertEquals(List.of("D1", "Q1", "A1", "D2", "Q2", "A2"), pathTo(node(2)));
    assertEquals(List.of("D2", "Q2"), texts(stored(2).asked()));
  }

  @Test
  void inputWithoutAMessage_isAnAnswerBehindTheAnswer() {
    response(1, null, "A1", "user: Q1");
    response(2, node(1), "A2");
    assertEquals(List.of("Q1", "A1", "A2"), pathTo(node(2)));
    assertEquals(List.of(), stored(2).asked());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void answerThatGoesOn_isAMessageOfItsOwn(boolean stored) {
    if (stored) {
      turn(MessageIds.NONE, "It is", "user: Q1");
    }
    OpenTurn turn = respond(1, null, "user: Q1", "assistant: It is");
    complete(1, turn, " so.");
    assertEquals(List.of("Q1 < root", "It is < Q1", "so. < It is"), trimmed());
    assertEquals(stored ? 0 : 2, stored(1).asked().size());
  }

  private List<String> trimmed() {
    return tree().stream().map(String::strip).toList();
  }

  @Test
  void retry_isAnotherAnswerToTheSameQuestion() {
    response(1, null, "A1", "user: more");
    OpenTurn first = respond(2, node(1), "user: more");
    TurnRequest again =
        new TurnRequest(
                messages("user: more"),
                HistoryMode.STORED,
                SentHistory.ALL,
                new MessageIds(null, node(1), null))
            .asRetry(true)
            .responding(new ResponseNote(node(3), note(3), true));
    OpenTurn second = sessions.manager().beginTurn(sessions.session("c"), again);
    endAs(first, answer("", AnswerStatus.CANCELLED));
    complete(3, second, "A3");
    assertEquals(List.of("more", "A1", "more", "A3"), pathTo(node(3)));
    assertEquals(List.of("more < root", "A1 < more", "more < A1", " < more", "A3 < more"), tree());
  }

  @Test
  void clientsOwnName_isTheMessages_andTheResponseIsFoundByItsNote() {
    OpenTurn turn = respond(1, null, ids("u1", null, "a1"), "user: Q1");
    assertEquals(List.of("u1 Q1 < root", "a1  < u1"), named());
    assertEquals("a1", stored(1).message().id());
    complete(1, turn, "A1");
    assertEquals("a1", stored(1).message().id());
    assertEquals("A1", stored(1).message().text());
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals(List.of("u1 Q1 < root", "a1 A1 < u1", "u2 Q2 < a1", "a2 A2 < u2"), named());
  }

  @Test
  void clientsOwnName_ofAnAnswerThatIsThere_isNotTakenFromIt() {
    response(1, null, "A1", "user: Q1");
    complete(2, respond(2, null, ids("u1", null, "a1"), "user: Q1"), "A2");
    complete(3, respond(3, null, ids("u1", null, "a1"), "user: Q1"), "A3");
    assertEquals("A2", stored(2).message().text());
    assertEquals("A3", stored(3).message().text());
    assertEquals(node(3), stored(3).message().id());
  }

  @Test
  void clientsOwnName_isTheLastRounds() {
    OpenTurn call = respond(1, null, ids("u1", null, "a1"), "user: Q1");
    endAs(call, new Answer(messages(CALL).get(0), "m", null, AnswerStatus.COMPLETED));
    assertEquals("looking", stored(1).message().text());
    assertEquals(node(1), stored(1).message().id());
    complete(2, respond(2, null, ids("u1", null, "a1"), "user: Q1", CALL, RESULT), "end");
    assertEquals("a1", stored(2).message().id());
    assertEquals(List.of("Q1", "looking", "R", "end"), pathTo("a1"));
    assertEquals(List.of("Q1", "looking", "R", "end"), path());
    assertEquals("looking", stored(1).message().text());
  }

  @Test
  void chatAndResponses_seeEachOthersTurns_andAContinuedResponseStaysOne() {
    turn(MessageIds.NONE, "A1", "user: Q1");
    response(2, sessions.transcript("c").currentPath().get(1).id(), "A2 and", "user: Q2");
    turn(MessageIds.NONE, " more", "user: Q1", "assistant: A1", "user: Q2", "assistant: A2 and");
    assertEquals("A2 and more", stored(2).message().text());
    assertEquals(ended(2, "completed"), stored(2).message().element().response());
    OpenTurn next = sessions.begin("c", HistoryMode.STORED, "user: Q3");
    assertEquals(List.of("Q1", "A1", "Q2", "A2 and more"), texts(next.history()));
  }

  @Test
  void clientThatKeptAPart_leavesTheResponseWhole() {
    OpenTurn turn = respond(1, null, "user: Q1");
    OpenTurn next = begin("user: Q1", "assistant: It", "user: Q2");
    endAs(turn, answer("It is", AnswerStatus.CANCELLED).withNote(ended(1, "cancelled")));
    end(next, "A2");
    assertEquals(node(1), stored(1).message().id());
    assertEquals("It is", stored(1).message().text());
    assertEquals(List.of("Q1", "It", "Q2", "A2"), path());
  }

  @Test
  void refusedFirstQuestion_takesTheResponseAlong() {
    OpenTurn turn = respond(1, null, "user: Q1");
    assertTrue(sessions.manager().withdraw(turn.withoutHistory()));
    assertEquals(Optional.empty(), found(1));
    OpenTurn stays = respond(2, null, "user: Q1");
    assertTrue(stays.made());
    OpenTurn unused = begin("user: Q1");
    assertFalse(sessions.manager().withdraw(stays.withoutHistory()));
    assertEquals(note(2), stored(2).message().element().response());
  }

  @Test
  void answerOfAnotherSession_orUnknown_isNone() {
    response(1, null, "A1", "user: Q1");
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: A1", "user: Q2");
    sessions.turn("d", "A1", "user: Q1");
    for (int i = 0; i < 2; i++) {
      assertEquals(Optional.empty(), sessions.manager().answer(new SessionId("conv-d"), end(1)));
      assertEquals(Optional.empty(), sessions.manager().answer(new SessionId("conv-e"), end(1)));
      assertEquals(Optional.empty(), found(2));
      assertEquals(Optional.empty(), sessions.manager().answer(new SessionId("conv-c"), ""));
      assertEquals(List.of(), pathTo("m-unknown"));
      sessions.restart();
    }
  }

  @Test
  void notesThatAreNoObjects_orSayNoId_areRefused() {
    for (String json : List.of("", "[]", "{", "{} {}", "{\"a\":1}", "{\"id\":7}", "\"x\"")) {
      assertThrows(
          IllegalArgumentException.class, () -> new ResponseNote("m-1", json, false), json);
    }
    OpenTurn turn = respond(1, null, "user: Q1");
    assertThrows(
        IllegalArgumentException.class,
        () -> endAs(turn, answer("A1", AnswerStatus.COMPLETED).withNote("no JSON")));
  }

  @Test
  void whatAnotherProgramWrites_isReadAsFarAsItMakesSense() throws Exception {
    response(1, null, "A1", "user: Q1");
    sessions.close();
    Path file = directory.resolve("conv-c/context/messages.json");
    Files.writeString(
        file,
        "[{\"role\":\"user\",\"content\":\"Q1\"},"
            + "{\"role\":\"assistant\",\"content\":\"A1\",\"response\":\"text\"},"
            + "{\"role\":\"user\",\"content\":\"Q2\",\"response\":{}},"
            + "{\"role\":\"assistant\",\"content\":\"A2\",\"response\":{\"b\":[{}],\"id\":\"x"
            + end(2)
            + "\"}}]");
    sessions.restart();
    for (int i = 0; i < 2; i++) {
      StoredAnswer there = found(2).orElseThrow();
      assertEquals("element-3", there.message().id());
      assertEquals(List.of("Q2"), texts(there.asked()));
      assertEquals(List.of("Q1", "A1", "Q2", "A2"), path());
    }
    Message second = sessions.transcript("c").messages().get(1);
    assertEquals(null, second.element().response());
  }
}
