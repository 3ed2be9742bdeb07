package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;

import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of placing have in common: turns of one conversation on real files. */
abstract class PlacingTest {
  /** An answer that calls the tool {@code c1}, and its result. */
  static final String CALL =
      "{\"role\":\"assistant\",\"content\":\"looking\",\"tool_calls\":[{\"id\":\"c1\","
          + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}";

  static final String RESULT = "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"R\"}";

  @TempDir Path directory;
  SessionFixture sessions;

  @BeforeEach
  void open() {
    sessions = new SessionFixture(directory);
  }

  @AfterEach
  void close() {
    sessions.close();
  }

  static MessageIds ids(String question, String parent, String answer) {
    return new MessageIds(question, parent, answer);
  }

  OpenTurn begin(MessageIds ids, String... lines) {
    return sessions
        .manager()
        .beginTurn(
            sessions.session("c"),
            new TurnRequest(messages(lines), HistoryMode.CLIENT, SentHistory.ALL, ids));
  }

  OpenTurn begin(String... lines) {
    return begin(MessageIds.NONE, lines);
  }

  void end(OpenTurn turn, String text, AnswerStatus status) {
    sessions.manager().completeTurn(turn.withoutHistory(), List.of(answer(text, status)));
  }

  void end(OpenTurn turn, String text) {
    end(turn, text, AnswerStatus.COMPLETED);
  }

  void endWithCall(OpenTurn turn) {
    endWithCall(turn, CALL);
  }

  void endWithCall(OpenTurn turn, String call) {
    sessions
        .manager()
        .completeTurn(
            turn,
            List.of(new Answer(messages(call).get(0), "m", "tool_calls", AnswerStatus.COMPLETED)));
  }

  /** A whole turn. */
  void turn(MessageIds ids, String answer, String... lines) {
    end(begin(ids, lines), answer);
  }

  /** The tree as lines of an id, the text, {@code <}, and the parent's id. */
  List<String> named() {
    return sessions.transcript("c").messages().stream()
        .map(node -> shown(node.id()) + " " + node.text() + " < " + shown(node.parentId()))
        .toList();
  }

  private static String shown(String id) {
    return id == null ? "root" : id.startsWith("m-") ? "*" : id;
  }

  List<String> tree() {
    return sessions.tree("c");
  }

  List<String> path() {
    return SessionFixture.texts(sessions.transcript("c").currentPath());
  }

  void twoTurns() {
    turn(ids("u1", null, "a1"), "A1", "user: Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: A1", "user: Q2");
  }
}
