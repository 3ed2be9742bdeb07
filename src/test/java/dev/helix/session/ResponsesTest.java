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
class ResponsesTest extends ResponseFixture {
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
