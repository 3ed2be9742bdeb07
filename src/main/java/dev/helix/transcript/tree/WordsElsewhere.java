package dev.helix.transcript.tree;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.text.NormalizedText;
import dev.helix.text.TextSearch;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Whether a question of a history may be another one of the path than its words say: one that is
 * stored with a context around these words, as it was asked, and that the history has without. What
 * is stored is read for that, no more of it for one history than a bound. Not thread-safe.
 */
final class WordsElsewhere {
  /** Of a question's words so many are looked for, in characters. */
  private static final int LONGEST_WORDS = 1 << 12;

  private static final int MOST_READ = 1 << 24;

  private final List<Node> path;
  private final Predicate<Node> inHistory;
  private final Function<Node, Message> stored;
  private long left = MOST_READ;

  /**
   * @param inHistory whether the history has a message in the words that are stored
   * @param stored what is stored of a message, null where another log came in the tree's place
   */
  WordsElsewhere(List<Node> path, Predicate<Node> inHistory, Function<Node, Message> stored) {
    this.path = path;
    this.inHistory = inHistory;
    this.stored = stored;
  }

  /**
   * Whether a question that the history lacks holds these words; true also where that cannot be
   * told.
   *
   * @param from the first place on the path where it may stand
   * @param to behind the last one
   * @param own the place of the question itself, which does not count
   */
  boolean stand(Message question, int from, int to, int own) {
    String words = null;
    for (int i = from; i < to; i++) {
      if (left-- <= 0) {
        return true;
      }
      Node node = path.get(i);
      if (i == own || node.kind() != MessageKind.QUESTION || inHistory.test(node)) {
        continue;
      }
      words = words == null ? wordsOf(question) : words;
      Message other = stored.apply(node);
      left -= other == null ? 0 : other.length() + words.length();
      if (other == null || left < 0 || TextSearch.contains(other.text(), words)) {
        return true;
      }
    }
    return false;
  }

  private static String wordsOf(Message question) {
    String words = NormalizedText.of(question.role(), question.text());
    return words.substring(0, Math.min(words.length(), LONGEST_WORDS));
  }
}
