package dev.helix.model;

import dev.helix.message.AnswerStatus;
import dev.helix.transcript.Transcript;
import java.util.List;

/**
 * Which of the words that a person changed in place a request has told of. Where it tells of one
 * beyond doubt it must be stored; where there is doubt either is right. Nothing else may change.
 */
final class Changes {
  private final Habits habits;

  Changes(Habits habits) {
    this.habits = habits;
  }

  /**
   * Takes note of what a request for an answer has changed.
   *
   * @param shown what the page shows down to the question
   */
  void sent(List<ChatNode> shown, List<Said> request, Transcript transcript) {
    List<ChatNode> changed = shown.stream().filter(node -> node.changed).toList();
    Stored stored = new Stored(transcript);
    for (ChatNode node : changed) {
      Said now = stored.said(node.id);
      if (node.isAnswer() && Said.trim(now.text()).equals(Said.trim(node.shown))) {
        node.stored = now;
        node.changed = false;
      } else if (!node.isAnswer() && hasNewWords(node, now)) {
        node.asked = node.question;
        node.changed = false;
      } else if (changed.size() == 1 && isPlain(shown, node) && isPlaced(shown, request)) {
        throw new AssertionError("not seen: the new words of " + node.id);
      }
    }
  }

  /** Whether what is stored are the new words, or the old ones that were saved again. */
  private static boolean hasNewWords(ChatNode question, Said now) {
    String text = question.question.text();
    return question.isAsStored() ? now.text().contains(text) : now.text().equals(text);
  }

  /** Whether all of the history was sent, and only this one says something else in it. */
  private boolean isPlain(List<ChatNode> shown, ChatNode changed) {
    boolean whole =
        habits.last() == 0
            && shown.stream().allMatch(node -> node.parent == node.home && isSent(node))
            && shown.stream()
                .noneMatch(
                    node ->
                        !node.isAnswer() && node.question.context() == Question.Context.UNMARKED);
    return whole && !changed.isAsStored() && !isSeam(changed) && isTold(shown, changed);
  }

  /** Whether it is an answer that differs by white space alone, which is anyone's if it went on. */
  private static boolean isSeam(ChatNode changed) {
    return changed.isAnswer()
        && changed.continued
        && Said.squeezed(changed.stored.core()).equals(Said.squeezed(changed.shown));
  }

  /**
   * Whether the question is at one place only: a hint looks like one, and so does one that says
   * what it said before.
   */
  private static boolean isPlaced(List<ChatNode> shown, List<Said> request) {
    List<ChatNode> questions = shown.stream().filter(node -> !node.isAnswer()).toList();
    ChatNode last = questions.get(questions.size() - 1);
    String words = Said.trim(last.question.text());
    String before = last.asked == null ? words : Said.trim(last.asked.text());
    if (!before.equals(words)
        && request.stream().anyMatch(said -> said.isUser() && said.core().equals(before))) {
      return false;
    }
    List<Said> said =
        request.stream()
            .filter(Said::isUser)
            .dropWhile(message -> !message.core().equals(words))
            .filter(message -> !message.image() || message.core().equals(words))
            .toList();
    return said.size() == 1;
  }

  private static boolean isTold(List<ChatNode> shown, ChatNode changed) {
    int at = shown.indexOf(changed);
    if (changed.isAnswer()) {
      return !shown.get(at - 1).isAnswer();
    }
    return at + 1 < shown.size() && shown.get(at + 1).isAnswer();
  }

  private static boolean isSent(ChatNode node) {
    return !node.isAnswer() || (node.isShown() && node.status == AnswerStatus.COMPLETED);
  }
}
