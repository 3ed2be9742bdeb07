package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.transcript.Transcript;
import java.util.List;
import java.util.Optional;

/**
 * A look at what is stored in a session, within the memory that all logs may take together: what
 * was read counts until this is closed. To be closed before a turn of the session begins. For one
 * thread.
 */
public final class SessionLook implements AutoCloseable {
  private final StoredAnswers answers;
  private final SessionId id;
  private final LogMemory.Part memory;

  SessionLook(StoredAnswers answers, SessionId id, LogMemory.Part memory) {
    this.answers = answers;
    this.id = id;
    this.memory = memory;
  }

  /**
   * Messages that are sent before a request's own.
   *
   * @param messages from the root on, whatever became of them, without the notes of responses
   * @param system the leading system message; null where there is none
   */
  public record Path(List<Message> messages, Message system) {
    /** Nothing. */
    public static final Path NONE = new Path(List.of(), null);

    public Path {
      messages = List.copyOf(messages);
    }
  }

  /**
   * The answer that is a response, as {@link SessionManager#answer} says, but without those values
   * of its note that stand apart.
   */
  public Optional<StoredAnswer> answer(String nodeEnd) {
    return answers.find(id, nodeEnd, memory);
  }

  /** An answer of the session with all values of its note. */
  public StoredAnswer whole(StoredAnswer answer) {
    return answers.whole(id, answer, memory);
  }

  /** The path to a message, which is its last; none where there is no such message. */
  public Path path(String node) {
    return answers.path(id, node, memory);
  }

  /**
   * The current path.
   *
   * @param results whether it may end in calls of tools, because their results come
   */
  public Path currentPath(boolean results) {
    return answers.currentPath(id, results, memory);
  }

  /** All that was said. */
  public Transcript transcript() {
    return answers.transcript(id, memory);
  }

  @Override
  public void close() {
    memory.close();
  }
}
