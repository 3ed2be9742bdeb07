package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.text.NormalizedText;
import dev.helix.transcript.MessageIds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients are known to rewrite in a history that they send again without ids. */
class ToleranceTest extends PlacingTest {
  private static final String RETRIEVAL =
      """
      user: ### Task:
      Use this.

      <context>
      <source id="1">a </context> in it</source>
      </context>

      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<think>hm\nhm</think>\n\nA1 \n",
        "<thinking>a < b</thinking>A1",
        "<Thought>x</Thought> A1",
        "<reason kind=\"deep\">x</reason><reasoning>y</reasoning>A1",
        "<|begin_of_thought|>x<|end_of_thought|><|begin_of_solution|>A1<|end_of_solution|>",
        "◁think▷x◁/think▷A1",
        "<details type=\"reasoning\" done=\"true\">\n<summary>Thought</summary>\n> x\n</details>\nA1",
      })
  void reasoning_isStrippedFromAnAnswer(String answer) {
    turn(MessageIds.NONE, answer, "user: Q1");
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals(4, tree().size());
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: " + answer, "user: Q2");
    assertEquals(5, tree().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "before<think>x</think>behind ~ beforebehind",
        "use <think> tags ~ use <think> tags",
        "<thinker>x</thinker> ~ <thinker>x</thinker>",
        "<details><summary>s</summary>x</details> ~ <details><summary>s</summary>x</details>",
        "<think>only this ~ <think>only this",
        "<think>a</think> ~ <think>a</think>",
        "a <b> c ◁ ~ a <b> c ◁",
        "<think ~ <think",
      })
  void whatRemainsIsCompared(String text, String counts) {
    assertEquals(counts.replace("\\n", "\n"), NormalizedText.of("assistant", text));
  }

  @Test
  void manyTagsThatAreNeverClosed_costNoMoreThanTheirLength() {
    String tags = "x" + "<think>".repeat(200_000) + "<think ".repeat(200_000) + ">";
    long start = System.nanoTime();
    assertEquals(tags, NormalizedText.of("assistant", tags));
    assertEquals(true, System.nanoTime() - start < 2_000_000_000L);
  }

  @Test
  void answerOfReasoningOnly_comesBackEmpty_andMatchesNothing() {
    end(begin("user: Q1"), "<think>hm", AnswerStatus.CANCELLED);
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant:", "user: Q2");
    assertEquals(List.of("Q1 < root", "<think>hm < Q1", "Q2 < Q1", "A2 < Q2"), tree());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Q1",
        "\n Q1",
        "<user_query>\nQ1\n</user_query>",
        "<user_query>\nQ1\n</user_query>\n\nQ1",
      })
  void retrievalContext_isTakenOffAQuestion(String behind) {
    turn(MessageIds.NONE, "A1", RETRIEVAL + behind);
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: A1", RETRIEVAL + "Q2");
    turn(MessageIds.NONE, "A2b", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals(List.of("A1", "A2", "A2b"), answers());
    assertEquals(5, tree().size());
  }

  @Test
  void retrievalContextInAPart_isTakenOffToo() {
    String image = "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,x\"}}";
    String with =
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"### Task:\\n<context>c</context>"
            + "\\nQ1\"},"
            + image
            + "]}";
    String without =
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Q1\"}," + image + "]}";
    turn(MessageIds.NONE, "A1", with);
    turn(MessageIds.NONE, "A2", without, "assistant: A1", "user: Q2");
    assertEquals(4, tree().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n\n#### Tools Available\n\n1. **Code**: `<code_interpreter type=\"code\" lang=\"python\">",
        "\n#### Code Interpreter\n\nBy: `<code_interpreter type=\"code\" lang=\"python\">`\n- #### x"
      })
  void instructionsOnHowToRunCode_areTakenOffAQuestion(String behind) {
    turn(MessageIds.NONE, "A1", "user: Hello" + behind);
    // The answer is written anew by the client, so that it does not tell the question.
    turn(MessageIds.NONE, "A2", "user: Hello", "assistant: A1 ran", "user: Q2" + behind);
    turn(MessageIds.NONE, "A3", "user: Hello", "assistant: A1 ran", "user: Q2");
    turn(MessageIds.NONE, "A4", "user: Hello\n#### By hand\n" + "x".repeat(300) + behind.strip());
    assertEquals(8, tree().size());
    assertEquals(List.of("A1", "A1 ran", "A2", "A3", "A4"), answers());
  }

  @Test
  void whatIsOnlyAlike_isAnEdit() {
    turn(MessageIds.NONE, "A1", "user: Hello");
    turn(MessageIds.NONE, "A2", "user: Hello world");
    turn(MessageIds.NONE, "A3", "user: <context>c</context>\nHello");
    turn(MessageIds.NONE, "A4", "user: ### Task:\nHello");
    turn(MessageIds.NONE, "A5", "user: ### Task:\n<context>c</context>");
    assertEquals(10, tree().size());
    assertEquals(5, tree().stream().filter(line -> line.endsWith("< root")).count());
  }

  @Test
  void questionThatLostAContextOfAnotherForm_isKnownByItsAnswer() {
    turn(MessageIds.NONE, "A1", "user: Background: x\nQ1");
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: A1", "user: Q2");
    turn(MessageIds.NONE, "B", "user: Q1");
    turn(MessageIds.NONE, "A3", "user: Q1", "assistant: A1", "user: Q3");
    assertEquals(
        List.of(
            "Background: x\nQ1 < root",
            "A1 < Background: x\nQ1",
            "Q2 < A1",
            "A2 < Q2",
            "Q1 < root",
            "B < Q1",
            "Q3 < A1",
            "A3 < Q3"),
        tree());
  }

  @Test
  void partThatAClientKeptOfABrokenAnswer_isThatAnswer() {
    end(begin("user: Q1"), "<think>x</think>The quick brown fox", AnswerStatus.CANCELLED);
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: The quick ", "user: Q2");
    turn(MessageIds.NONE, "A3", "user: Q1", "assistant: The quick brown fox", "user: Q3");
    turn(MessageIds.NONE, "A4", "user: Q1", "assistant: quick", "user: Q4");
    turn(MessageIds.NONE, "A5", "user: Q1", "assistant: The quick brown fox jumps", "user: Q5");
    assertEquals(List.of("quick < Q1", "Q4 < quick"), tree().subList(6, 8));
    assertEquals(12, tree().size());
  }

  @Test
  void partOfABrokenAnswer_tellsAQuestionToo_thatLostItsContext() {
    end(begin("user: Background: x\nQ1"), "The quick brown fox", AnswerStatus.CANCELLED);
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: The quick", "user: Q2");
    assertEquals(4, tree().size());
  }

  @Test
  void whatIsEqualAsItStands_winsOverWhatTakesForgiving() {
    turn(MessageIds.NONE, "Hello", "user: Q1");
    end(begin("user: Q1"), "Hello w", AnswerStatus.CANCELLED);
    endWithCall(begin("user: Q1"));
    turn(MessageIds.NONE, "Hello", "user: Q1", CALL, RESULT);
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: Hello", "user: Q2");
    List<Message> nodes = sessions.transcript("c").messages();
    assertEquals("Q2", nodes.get(6).text());
    assertEquals(nodes.get(1).id(), nodes.get(6).parentId());
  }

  @Test
  void partOfACompletedAnswer_isAnotherAnswer() {
    turn(MessageIds.NONE, "The quick brown fox", "user: Q1");
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: The quick", "user: Q2");
    assertEquals("The quick < Q1", tree().get(2));
  }

  @Test
  void brokenAnswerOfGreatLength_isComparedAsFarAsItIsKept() {
    String text = "word ".repeat(40_000);
    end(begin("user: Q1"), text, AnswerStatus.FAILED);
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: " + text.substring(0, 60_000), "user: Q2");
    turn(MessageIds.NONE, "A3", "user: Q1", "assistant: " + text, "user: Q3");
    assertEquals(6, tree().size());
  }

  @Test
  void answerThatUsedTools_comesBackWithoutItsRounds() {
    endWithCall(begin("user: Q1"));
    turn(MessageIds.NONE, "A1", "user: Q1", CALL.replace("looking", " looking \\n"), RESULT);
    turn(MessageIds.NONE, "A2", "user: Q1", "assistant: A1", "user: Q2");
    turn(MessageIds.NONE, "A3", "user: Q1", CALL, RESULT, "assistant: A1", "user: Q3");
    assertEquals(
        List.of(
            "Q1 < root",
            "looking < Q1",
            "R < looking",
            "A1 < R",
            "Q2 < A1",
            "A2 < Q2",
            "Q3 < A1",
            "A3 < Q3"),
        tree());
  }

  private List<String> answers() {
    return sessions.transcript("c").messages().stream()
        .filter(Message::isAssistant)
        .map(Message::text)
        .toList();
  }

  @Test
  void noBreakSpaceAtTheEnds_isNoChangeInPlace() {
    turn(ids("u1", null, "a1"), "\u00a0A1\u202f\ufeff", "user: Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    assertEquals("a1 \u00a0A1\u202f\ufeff < u1", named().get(1));
  }

  @Test
  void reasoningInTheMiddle_isNoChangeInPlace_howeverTheClientJoinsTheRest() {
    turn(ids("u1", null, "a1"), "o<think>hm</think>k", "user: Q1");
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: ok", "user: Q2");
    turn(ids("u3", "a1", "a3"), "A3", "user: Q1", "assistant: o\nk", "user: Q3");
    assertEquals("a1 o<think>hm</think>k < u1", named().get(1));
    turn(MessageIds.NONE, "A4", "user: Q1", "assistant: o\nk", "user: Q4");
    assertEquals("* Q4 < a1", named().get(6));
  }
}
