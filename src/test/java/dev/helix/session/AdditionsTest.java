package dev.helix.session;

import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.transcript.MessageIds;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is put on a path without a turn is part of it, for everybody. */
class AdditionsTest extends ResponseFixture {
  private static List<Message> added(String... lines) {
    return messages(lines).stream()
        .map(message -> message.as(ElementFields.node(ResponseNote.newNode(), null, null)))
        .toList();
  }

  private void add(String... lines) {
    SessionState after = sessions.manager().add(sessions.session("c"), null, path -> added(lines));
    assertEquals(SessionStatus.DISCUSSING, after.status());
  }

  private List<String> history(OpenTurn turn) {
    return texts(turn.history());
  }

  @Test
  void additions_areSentByStoredTurns_alsoWhereTheirTreeWasWarm_andAfterARestart() {
    sessions.storedTurn("c", "1", "user: One");
    add("user: Added", "system: Mind this");
    OpenTurn warm = sessions.begin("c", HistoryMode.STORED, "user: Two");
    assertEquals(List.of("One", "1", "Added", "Mind this"), history(warm));
    sessions.restart();
    add("assistant: Said");
    sessions.restart();
    OpenTurn cold = sessions.begin("c", HistoryMode.STORED, "user: Three");
    assertEquals(List.of("One", "1", "Added", "Mind this", "Said"), history(cold));
  }

  @Test
  void additions_areFoundInAResentHistory() {
    add("user: One", "assistant: 1");
    sessions.turn("c", "2", "user: One", "assistant: 1", "user: Two");
    add("user: Three", "assistant: 3");
    sessions.turn(
        "c",
        "4",
        "user: One",
        "assistant: 1",
        "user: Two",
        "assistant: 2",
        "user: Three",
        "assistant: 3",
        "user: Four");
    assertEquals(
        List.of(
            "One < root",
            "1 < One",
            "Two < 1",
            "2 < Two",
            "Three < 2",
            "3 < Three",
            "Four < 3",
            "4 < Four"),
        sessions.tree("c"));
  }

  @Test
  void questionThatIsNotAnswered_isNotWhatIsAddedTo() {
    sessions.storedTurn("c", "1", "user: One");
    OpenTurn open = sessions.begin("c", HistoryMode.STORED, "user: Two");
    add("user: Added");
    assertEquals(List.of("One < root", "1 < One", "Two < 1", "Added < 1"), sessions.tree("c"));
    sessions
        .manager()
        .completeTurn(open, List.of(SessionFixture.answer("2", AnswerStatus.COMPLETED)));
    // Its turn began before what was added.
    assertEquals(List.of("One", "1", "Added"), texts(sessions.transcript("c").currentPath()));
  }

  @Test
  void whatAResponseWasAsked_isNotWhatWasAddedBefore() {
    add("user: Added");
    OpenTurn turn =
        sessions
            .manager()
            .beginTurn(
                sessions.session("c"),
                new TurnRequest(
                        messages("user: Asked"),
                        HistoryMode.STORED,
                        SentHistory.ALL,
                        MessageIds.NONE)
                    .responding(new ResponseNote(node(1), note(1), false)));
    assertEquals(List.of("Added"), history(turn));
    complete(1, turn, "Answer");
    assertEquals(List.of("Asked"), texts(stored(1).asked()));
    sessions.restart();
    assertEquals(List.of("Asked"), texts(stored(1).asked()));
  }

  @Test
  void newerVersionOfThePathsLast_standsInItsPlace() {
    add("user: One", "assistant: 1");
    SessionState after =
        sessions
            .manager()
            .add(
                sessions.session("c"),
                null,
                path ->
                    List.of(
                        Message.of("assistant", "1 and more")
                            .as(ElementFields.node(path.get(1).id(), null, null)),
                        added("user: Two").get(0)));
    assertEquals("One", after.originalRequest());
    assertEquals(List.of("One < root", "1 and more < One", "Two < 1 and more"), sessions.tree("c"));
  }

  @Test
  void whatIsAddedWithALostLease_isNotStored_norWhatBelongsToADeletedSession() {
    sessions.storedTurn("c", "1", "user: One");
    SessionState session = sessions.session("c");
    Lease lease = sessions.manager().lease(session.sessionId(), Duration.ofMinutes(1)).get();
    sessions.manager().release(lease);
    assertThrows(
        LeaseLostException.class,
        () -> sessions.manager().add(session, lease, path -> added("user: Late")));
    assertEquals(2, sessions.tree("c").size());
    sessions.manager().delete(session.sessionId());
    assertThrows(
        SessionGoneException.class,
        () -> sessions.manager().add(session, null, path -> added("user: Late")));
    TurnRequest goesOn =
        new TurnRequest(messages("user: Two"), HistoryMode.STORED, SentHistory.ALL, MessageIds.NONE)
            .responding(new ResponseNote(node(1), note(1), false));
    assertThrows(SessionGoneException.class, () -> sessions.manager().beginTurn(session, goesOn));
  }
}
