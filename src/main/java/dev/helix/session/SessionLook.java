package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.transcript.Transcript;
import java.util.List;
import java.util.Optional;

/**
 * A look at what is stored in a session, within the memory that all logs may take together: what
 * was read counts until this is closed. From the first question on it holds the session's lock: who
 * has memory must not wait for who has the lock and waits for memory. So turns of the session wait
 * until it is closed, which must be before one begins on this thread, or anything of another
 * session. For one thread.
 */
public final class SessionLook implements AutoCloseable {
  private final StoredAnswers answers;
  private final SessionId id;
  private final LogMemory.Part memory;
  private boolean locked;

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
    return answers.find(id, nodeEnd, locked());
  }

  /** An answer of the session with all values of its note. */
  public StoredAnswer whole(StoredAnswer answer) {
    return answers.whole(id, answer, locked());
  }

  /** The path to a message, which is its last; none where there is no such message. */
  public Path path(String node) {
    return answers.path(id, node, locked());
  }

  /**
   * The current path.
   *
   * @param results whether it may end in calls of tools, because their results come
   */
  public Path currentPath(boolean results) {
    return answers.currentPath(id, results, locked());
  }

  /** All that was said. */
  public Transcript transcript() {
    return answers.transcript(id, locked());
  }

  private LogMemory.Part locked() {
    if (!locked) {
      answers.trees().lock(id);
      locked = true;
    }
    return memory;
  }

  @Override
  public void close() {
    memory.close();
    if (locked) {
      locked = false;
      answers.trees().unlock(id);
    }
  }
}
