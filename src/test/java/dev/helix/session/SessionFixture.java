package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.Transcript;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A manager over a directory of real files, which can be restarted, and short names for messages.
 */
final class SessionFixture implements AutoCloseable {
  private final Path directory;
  private final SteppingClock clock = new SteppingClock();
  private SessionStore store;
  private SessionManager manager;

  SessionFixture(Path directory) {
    this.directory = directory;
    restart();
  }

  /** Forgets everything that is not on the disk. */
  void restart() {
    close();
    store = FileSessionStore.open(directory);
    manager = new SessionManager(store, clock);
  }

  SessionManager manager() {
    return manager;
  }

  SessionStore store() {
    return store;
  }

  @Override
  public void close() {
    if (manager != null) {
      manager.close();
    }
  }

  /** Messages from "user: text", "assistant: text" and so on, or from JSON. */
  static List<Message> messages(String... lines) {
    List<Message> messages = new ArrayList<>();
    for (String line : lines) {
      messages.add(
          line.startsWith("{")
              ? Message.parse(line.getBytes(UTF_8))
              : Message.of(line.substring(0, line.indexOf(':')), after(line)));
    }
    return messages;
  }

  private static String after(String line) {
    return line.substring(line.indexOf(':') + 1).strip();
  }

  static Answer answer(String text, AnswerStatus status) {
    return new Answer(Message.of("assistant", text), "m", "stop", status);
  }

  SessionState session(String conversationId) {
    return manager.getOrCreateSession(null, conversationId);
  }

  OpenTurn begin(String conversationId, HistoryMode mode, String... lines) {
    return manager.beginTurn(session(conversationId), messages(lines), mode);
  }

  /** A whole turn in client mode. */
  OpenTurn turn(String conversationId, String answer, String... lines) {
    OpenTurn turn = begin(conversationId, HistoryMode.CLIENT, lines);
    manager.completeTurn(turn, List.of(answer(answer, AnswerStatus.COMPLETED)));
    return turn;
  }

  /** A whole turn in stored mode. */
  OpenTurn storedTurn(String conversationId, String answer, String... lines) {
    OpenTurn turn = begin(conversationId, HistoryMode.STORED, lines);
    manager.completeTurn(turn, List.of(answer(answer, AnswerStatus.COMPLETED)));
    return turn;
  }

  Transcript transcript(String conversationId) {
    return manager.transcript(session(conversationId).sessionId());
  }

  /** The tree as lines of a text, {@code <}, and its parent's text. */
  List<String> tree(String conversationId) {
    List<Message> nodes = transcript(conversationId).messages();
    return nodes.stream()
        .map(
            node ->
                node.text()
                    + " < "
                    + nodes.stream()
                        .filter(other -> other.id().equals(node.parentId()))
                        .map(Message::text)
                        .findFirst()
                        .orElse("root"))
        .toList();
  }

  static List<String> texts(List<Message> messages) {
    return messages.stream().map(Message::text).toList();
  }
}
