package dev.helix.model;

import dev.helix.message.AnswerStatus;
import java.util.List;

/**
 * What an upstream answers, and how much of it comes through. Immutable.
 *
 * @param text without reasoning
 * @param thought how reasoning comes before the text
 * @param status how it ends
 * @param arrived how much of the text reaches us where it does not end well, in thirds
 * @param kept how much of what reached us the client keeps, in thirds
 * @param rounds what tools are called for before
 */
record Reply(
    String text, Thought thought, AnswerStatus status, int arrived, int kept, List<Round> rounds) {
  private static final String REASON = "Hello? ok.";

  /** How an upstream tells its reasoning. */
  enum Thought {
    NONE,
    TAG,
    DETAILS,
    FIELD
  }

  /**
   * One call of tools.
   *
   * @param text what is said beside, or null
   * @param calls how many tools are called at once
   * @param image whether the results bring an image, which the client shows as a user's
   */
  record Round(String text, int calls, boolean image) {}

  Reply {
    rounds = List.copyOf(rounds);
  }

  /** The same without reasoning and tools. */
  Reply plain() {
    return new Reply(text, Thought.NONE, status, arrived, kept, List.of());
  }

  /** A whole one that calls tools before. */
  static Reply after(List<Round> rounds, String text) {
    return new Reply(text, Thought.NONE, AnswerStatus.COMPLETED, 0, 0, rounds);
  }

  /** The text that reached us, without reasoning. */
  String arrivedText() {
    return status == AnswerStatus.COMPLETED ? text : thirds(text, arrived);
  }

  /** The text that the client keeps, without reasoning. */
  String keptText() {
    return status == AnswerStatus.COMPLETED ? text : thirds(arrivedText(), kept);
  }

  /** What reached us, as it came. */
  Said said() {
    String words = arrivedText();
    boolean broken = status != AnswerStatus.COMPLETED && words.isEmpty();
    return switch (thought) {
      case NONE -> Said.answer(words, words, null);
      case TAG ->
          Said.answer(
              broken ? "<think>" + REASON : "<think>" + REASON + "</think>" + words, words, null);
      case DETAILS ->
          Said.answer(
              "<details type=\"reasoning\" done=\"true\">\n<summary>Thought</summary>\n> "
                  + REASON
                  + "\n</details>\n"
                  + words,
              words,
              null);
      case FIELD -> Said.answer(words, words, REASON);
    };
  }

  /** Whether nothing at all came. */
  boolean isNothing() {
    return status != AnswerStatus.COMPLETED && said().text().isEmpty() && thought == Thought.NONE;
  }

  /** Whether it stopped before anything came that an answer could go on with. */
  boolean isBlank() {
    return status != AnswerStatus.COMPLETED
        && Said.trim(said().text()).isEmpty()
        && thought == Thought.NONE;
  }

  private static String thirds(String text, int count) {
    int points = text.codePointCount(0, text.length());
    return text.substring(0, text.offsetByCodePoints(0, points * count / 3));
  }

  @Override
  public String toString() {
    return said()
        + (thought == Thought.FIELD ? " beside reasoning" : "")
        + (status == AnswerStatus.COMPLETED
            ? ""
            : " " + status.wireName() + ", of which is kept \"" + keptText() + "\"")
        + (rounds.isEmpty() ? "" : " after " + rounds);
  }
}
