package dev.helix.model;

import dev.helix.message.AnswerStatus;
import dev.helix.model.Question.Context;
import dev.helix.model.Reply.Thought;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random steps, of few texts, so that many are alike. */
final class Steps {
  private static final List<String> TEXTS =
      List.of(
          "ok",
          "Hello",
          "Hello world",
          " ok\n",
          "Hello ",
          "ok\u00a0",
          "o",
          "\"Hello\" \\n\t/",
          "Grüße 🐍",
          "Hello\n\nthere");

  private Steps() {}

  static Arbitrary<List<Step>> any() {
    return listOf(step(replies(rounds(), false), false));
  }

  /** With answers that go on with tools. */
  static Arbitrary<List<Step>> withToolsLater() {
    Arbitrary<Step> goOn =
        Combinators.combine(round().list().ofMinSize(1).ofMaxSize(2), texts())
            .as(Reply::after)
            .map(Step.ContinueWithTools::new);
    return listOf(
        Arbitraries.frequencyOf(
            Tuple.of(5, step(replies(rounds(), false), false)), Tuple.of(1, goOn)));
  }

  /** Answers that all come whole and are told apart by their texts alone. */
  static Arbitrary<List<Step>> whole() {
    return listOf(step(replies(Arbitraries.just(List.of()), true), false));
  }

  /** With background prompts in between, and one answer after the other. */
  static Arbitrary<List<Step>> withTasks() {
    return listOf(
        Arbitraries.frequencyOf(
            Tuple.of(3, step(replies(rounds(), false), true)), Tuple.of(1, tasks())));
  }

  private static Arbitrary<List<Step>> listOf(Arbitrary<Step> steps) {
    return steps.list().ofMinSize(1).ofMaxSize(12);
  }

  private static Arbitrary<Step> tasks() {
    Arbitrary<String> marks =
        Arbitraries.of(
            "### Output:\nJSON format: { \"title\": \"...\" }\n### Chat History:\n"
                + "<chat_history>\nUSER: %s\nASSISTANT: ok\n</chat_history>",
            "<chat_history>\nUSER: %s\n</chat_history>");
    return Combinators.combine(
            Arbitraries.of("title_generation", "tags_generation", "follow_up_generation"),
            marks,
            texts())
        .as(
            (name, mark, text) ->
                new Step.Task(name, "### Task:\nName it.\n" + mark.replace("%s", text)));
  }

  private static Arbitrary<Step> step(Arbitrary<Reply> replies, boolean inOrder) {
    Arbitrary<Question> questions = questions();
    Arbitrary<Integer> pick = Arbitraries.integers().between(0, 9);
    Arbitrary<List<Integer>> order = pick.list().ofMaxSize(inOrder ? 0 : 6);
    Arbitrary<List<Reply>> some =
        Arbitraries.frequencyOf(
            Tuple.of(4, replies.list().ofSize(1)),
            Tuple.of(2, replies.list().ofMinSize(2).ofMaxSize(3)));
    Arbitrary<Step> send = Combinators.combine(questions, some, order).as(Step.Send::new);
    Arbitrary<Step> regenerate = Combinators.combine(pick, replies).as(Step.Regenerate::new);
    Arbitrary<Step> guided =
        Combinators.combine(pick, texts(), Arbitraries.of(true, false), replies)
            .as(Step.Guided::new);
    Arbitrary<Step> edit = Combinators.combine(pick, questions, some, order).as(Step.Edit::new);
    Arbitrary<Step> goOn = replies.map(Reply::plain).map(Step.Continue::new);
    Arbitrary<Step> other = pick.map(Step.Switch::new);
    return Arbitraries.frequencyOf(
        Tuple.of(8, send),
        Tuple.of(3, regenerate),
        Tuple.of(1, guided),
        Tuple.of(3, edit),
        Tuple.of(2, goOn),
        Tuple.of(3, other),
        Tuple.of(1, Arbitraries.just(new Step.Restart())));
  }

  static Arbitrary<String> texts() {
    return Arbitraries.of(TEXTS);
  }

  private static Arbitrary<Question> questions() {
    return Combinators.combine(
            texts(),
            Arbitraries.frequency(Tuple.of(9, false), Tuple.of(1, true)),
            Arbitraries.frequency(
                Tuple.of(12, Context.NONE),
                Tuple.of(2, Context.MARKED),
                Tuple.of(1, Context.QUERY),
                Tuple.of(1, Context.UNMARKED)))
        .as(Question::new);
  }

  private static Arbitrary<Reply> replies(Arbitrary<List<Reply.Round>> rounds, boolean whole) {
    Arbitrary<String> some = Arbitraries.of(whole ? TEXTS.subList(0, 3) : TEXTS);
    Arbitrary<String> texts =
        Arbitraries.frequencyOf(Tuple.of(12, some), Tuple.of(1, Arbitraries.just("")));
    Arbitrary<Thought> thought =
        Arbitraries.frequency(
            Tuple.of(8, Thought.NONE),
            Tuple.of(2, Thought.TAG),
            Tuple.of(1, Thought.DETAILS),
            Tuple.of(1, Thought.FIELD));
    Arbitrary<AnswerStatus> status =
        Arbitraries.frequency(
            Tuple.of(8, AnswerStatus.COMPLETED),
            Tuple.of(2, AnswerStatus.CANCELLED),
            Tuple.of(1, AnswerStatus.FAILED));
    Arbitrary<Integer> thirds = Arbitraries.integers().between(0, 3);
    return Combinators.combine(
            texts,
            whole ? Arbitraries.just(Thought.NONE) : thought,
            whole ? Arbitraries.just(AnswerStatus.COMPLETED) : status,
            thirds,
            thirds,
            rounds)
        .as(Reply::new);
  }

  private static Arbitrary<List<Reply.Round>> rounds() {
    return Arbitraries.frequencyOf(
        Tuple.of(7, Arbitraries.just(List.of())),
        Tuple.of(1, round().list().ofMinSize(1).ofMaxSize(2)));
  }

  private static Arbitrary<Reply.Round> round() {
    return Combinators.combine(
            Arbitraries.of("Hello ", "", "ok").injectNull(0.3),
            Arbitraries.integers().between(1, 2),
            Arbitraries.frequency(Tuple.of(5, false), Tuple.of(1, true)))
        .as(Reply.Round::new);
  }

  static Arbitrary<Habits> habits(boolean ids) {
    Arbitrary<Boolean> either = Arbitraries.of(true, false);
    return Combinators.combine(either, either, either)
        .as((system, empty, rounds) -> new Habits(ids, system, empty, rounds, 0, 0));
  }

  /** Of clients before which a filter may keep only the beginning and the end of a history. */
  static Arbitrary<Habits> clipping(boolean ids) {
    return Combinators.combine(
            habits(ids), Arbitraries.integers().between(0, 2), Arbitraries.of(0, 0, 1, 2, 3, 4))
        .as(
            (habits, first, last) ->
                new Habits(
                    ids, habits.system(), habits.sendsEmpty(), habits.sendsRounds(), first, last));
  }

  /** With messages that are deleted or changed in place, and histories that lack something. */
  static Arbitrary<List<Step>> withGaps(boolean changes) {
    Arbitrary<Integer> pick = Arbitraries.integers().between(0, 9);
    Arbitrary<String> words = Arbitraries.oneOf(texts(), Arbitraries.of("one", "two", "three"));
    Arbitrary<Step> delete =
        Combinators.combine(pick, Arbitraries.frequency(Tuple.of(3, false), Tuple.of(1, true)))
            .as(Step.Delete::new);
    Arbitrary<Step> correct = Combinators.combine(pick, words).as(Step.Correct::new);
    Arbitrary<Step> save = Combinators.combine(pick, words).as(Step.Save::new);
    return listOf(
        Arbitraries.frequencyOf(
            Tuple.of(10, step(replies(rounds(), false), false)),
            Tuple.of(2, delete),
            Tuple.of(changes ? 2 : 0, correct),
            Tuple.of(changes ? 1 : 0, save)));
  }
}
