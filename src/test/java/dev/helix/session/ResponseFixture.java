package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.util.List;
import java.util.Optional;

/** What tests of responses have in common: their ids, their notes, their turns. */
abstract class ResponseFixture extends PlacingTest {
  /** The end of the id of a response, and of the message that it is as a rule. */
  static String end(int number) {
    return String.format("%016x", number);
  }

  static String node(int number) {
    return "m-00000000-0000-4000-" + end(number).replaceFirst("(.{4})", "$1-");
  }

  static String note(int number) {
    return "{\"id\":\"resp_s" + "0".repeat(32) + end(number) + "\",\"asked\":{\"a\" : 1.0e1}}";
  }

  static String ended(int number, String status) {
    return note(number).replaceFirst("}$", ",\"status\":\"" + status + "\"}");
  }

  OpenTurn respond(int number, String parent, MessageIds ids, String... lines) {
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

  OpenTurn respond(int number, String parent, String... lines) {
    return respond(number, parent, MessageIds.NONE, lines);
  }

  void endAs(OpenTurn turn, Answer answer) {
    sessions.manager().completeTurn(turn.withoutHistory(), List.of(answer));
  }

  void complete(int number, OpenTurn turn, String text) {
    endAs(turn, answer(text, AnswerStatus.COMPLETED).withNote(ended(number, "completed")));
  }

  /** A whole turn for a response. */
  void response(int number, String parent, String text, String... lines) {
    complete(number, respond(number, parent, lines), text);
  }

  Optional<StoredAnswer> found(int number) {
    return sessions.manager().answer(sessions.session("c").sessionId(), end(number));
  }

  /** The response, found in memory and anew. */
  StoredAnswer stored(int number) {
    StoredAnswer warm = found(number).orElseThrow();
    sessions.restart();
    StoredAnswer cold = found(number).orElseThrow();
    assertEquals(warm.message().id(), cold.message().id());
    assertEquals(warm.message().element().response(), cold.message().element().response());
    assertEquals(warm.message().text(), cold.message().text());
    assertEquals(texts(warm.asked()), texts(cold.asked()));
    return cold;
  }

  List<String> pathTo(String node) {
    try (SessionLook look = sessions.manager().look(sessions.session("c").sessionId())) {
      return texts(look.path(node).messages());
    }
  }
}
