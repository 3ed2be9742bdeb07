package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.transcript.Transcript;
import java.util.List;

/**
 * How much of a stored history is sent, and with what. Whole turns are left out from the oldest
 * end, and the newest one never: where it alone is over a limit, its question and its last answer
 * are sent. Immutable. Specification section 4.
 *
 * @param maxMessages the most messages; at least 1
 * @param maxCharacters about the most characters; at least 1
 * @param maxBytes the most bytes of the messages as they are stored; at least 1
 * @param reasoning whether what a model thought is sent too
 */
public record SentHistory(int maxMessages, long maxCharacters, long maxBytes, boolean reasoning) {
  /** All of it, without reasoning. */
  public static final SentHistory ALL = new SentHistory(Integer.MAX_VALUE, Long.MAX_VALUE, false);

  public SentHistory {
    if (maxMessages < 1 || maxCharacters < 1 || maxBytes < 1) {
      throw new IllegalArgumentException(
          "a history limit under 1: " + maxMessages + ", " + maxCharacters + ", " + maxBytes);
    }
  }

  /** A limit of messages and characters, and none of bytes. */
  public SentHistory(int maxMessages, long maxCharacters, boolean reasoning) {
    this(maxMessages, maxCharacters, Long.MAX_VALUE, reasoning);
  }

  /** So many messages at most. */
  public static SentHistory ofMessages(int most) {
    return new SentHistory(most, Long.MAX_VALUE, false);
  }

  /** What a message counts against {@link #maxCharacters}; 0 where these have no limit. */
  long characters(Message message) {
    return maxCharacters == Long.MAX_VALUE ? 0 : message.sentCharacters(reasoning);
  }

  /** Whether what stands before so many messages of a history can be no part of what is sent. */
  boolean isFilledBy(int messages, long characters, long bytes) {
    return messages >= maxMessages || characters >= maxCharacters || bytes >= maxBytes;
  }

  /**
   * What is sent of a history: its newest turns. A turn begins with a user message, so that calls
   * and their results stay together.
   *
   * @param pending whether the last turn still waits for results, so that it is kept at any length
   */
  public List<Message> latest(List<Message> history, boolean pending) {
    int from = 0;
    long characters = history.stream().mapToLong(this::characters).sum();
    long bytes = bytes(history);
    while (history.size() - from > maxMessages || characters > maxCharacters || bytes > maxBytes) {
      int next = from + 1;
      while (next < history.size() && !isQuestion(history.get(next))) {
        next++;
      }
      List<Message> oldest = history.subList(from, next);
      if (next >= history.size()) {
        return pending ? oldest : ends(oldest);
      }
      characters -= oldest.stream().mapToLong(this::characters).sum();
      bytes -= bytes(oldest);
      from = next;
    }
    return history.subList(from, history.size());
  }

  private static long bytes(List<Message> messages) {
    return messages.stream().mapToLong(Message::length).sum();
  }

  /** The question and the last answer of a turn; all of it where it ends with no answer. */
  private static List<Message> ends(List<Message> turn) {
    Message last = turn.get(turn.size() - 1);
    if (turn.size() < 3 || !last.isAssistant() || Transcript.callsTools(last)) {
      return turn;
    }
    return isQuestion(turn.get(0)) ? List.of(turn.get(0), last) : List.of(last);
  }

  private static boolean isQuestion(Message message) {
    return message.role().equals("user");
  }
}
