package dev.helix.transcript;

/**
 * The ids that a client gives the messages of a turn, as Open WebUI does in {@code
 * X-OpenWebUI-User-Message-Id}, {@code -User-Message-Parent-Id} and {@code -Message-Id}. Hints, not
 * promises: one that does not fit the transcript is no error. Immutable. Specification section 4.
 *
 * @param question the id of the user message that is asked, or null
 * @param parent the id of the message that the question follows, or null
 * @param answer the id that the answer is to have, or null
 */
public record MessageIds(String question, String parent, String answer) {
  /** The ids of a client that gives none. */
  public static final MessageIds NONE = new MessageIds(null, null, null);

  public MessageIds {
    question = "".equals(question) ? null : question;
    parent = "".equals(parent) ? null : parent;
    answer = "".equals(answer) ? null : answer;
  }
}
