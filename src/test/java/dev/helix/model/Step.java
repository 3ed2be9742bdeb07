package dev.helix.model;

import java.util.List;

/**
 * Something that a person does in a chat. Immutable. Numbers pick among what there is when the step
 * is played, so that every list of steps can be played; a step for which there is nothing to pick
 * does nothing.
 */
sealed interface Step {
  /**
   * Writes below the branch shown.
   *
   * @param replies of one model, or of several side by side
   * @param order whose request or reply comes next, as numbers among those that go on
   */
  record Send(Question question, List<Reply> replies, List<Integer> order) implements Step {}

  /** Asks for another answer to an old question. */
  record Regenerate(int answer, Reply reply) implements Step {}

  /**
   * Asks for another answer and says in which way.
   *
   * @param withOld whether the client shows the model the answer that is to be another
   */
  record Guided(int answer, String hint, boolean withOld, Reply reply) implements Step {}

  /** Writes an old question anew. */
  record Edit(int question, Question text, List<Reply> replies, List<Integer> order)
      implements Step {}

  /** Lets the last answer of the branch shown go on. */
  record Continue(Reply reply) implements Step {}

  /** Lets it go on, and the model calls tools first; of a client that gives it an id. */
  record ContinueWithTools(Reply reply) implements Step {}

  /** Changes an old answer's words in place, which sends nothing. */
  record Correct(int answer, String text) implements Step {}

  /** Changes an old question's words in place, which sends nothing. */
  record Save(int question, String text) implements Step {}

  /**
   * Deletes a message, which sends nothing: a question with its answers, or an answer with the
   * questions behind it. What is below these hangs where it did.
   */
  record Delete(int message, boolean answer) implements Step {}

  /** Shows the branch of another answer. */
  record Switch(int answer) implements Step {}

  /**
   * Nothing: the page has a background prompt answered.
   *
   * @param name what the task is called in its header, where there is one
   * @param prompt with the marks of a task where no header is
   */
  record Task(String name, String prompt) implements Step {}

  /** Our server starts anew. */
  record Restart() implements Step {}
}
