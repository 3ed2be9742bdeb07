package dev.helix.session;

import static dev.helix.session.ProcessorTime.assertAtMost;
import static dev.helix.session.SessionFixture.answer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.store.ArrayScan;
import dev.helix.transcript.Answer;
import dev.helix.transcript.Transcript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small requests that are made to cost much: each took from a quarter of a minute to a quarter of
 * an hour while what is searched was searched once for every message, with the session's lock held.
 */
class HostileCostTest extends PlacingTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private static String call(String id) {
    return CALL.replace("c1", id);
  }

  @Test
  void oneCallThousandsOfTimes_isLookedForAsFastAsOthers() {
    List<String> calls = new ArrayList<>(List.of("user: Q"));
    calls.addAll(Collections.nCopies(3000, call("c1")));
    begin(ids("q", null, "a"), calls.toArray(String[]::new));
    // The stored calls are not where the client says they are, so each is looked for elsewhere.
    calls.add(1, call("c2"));
    assertAtMost(SOON, () -> begin(ids("q", null, "a"), calls.toArray(String[]::new)));
  }

  @Test
  void answersBehindALongRowOfCalls_doNotEachGoUpAllOfIt() {
    List<String> calls = new ArrayList<>(List.of("user: Q"));
    IntStream.range(0, 3000).forEach(i -> calls.add(call("call-" + i)));
    OpenTurn turn = begin(calls.toArray(String[]::new));
    List<Answer> answers = Collections.nCopies(100, answer("ok", AnswerStatus.COMPLETED));
    sessions.manager().completeTurn(turn, answers);
    // Not found from the root, so that each of its messages is looked for everywhere.
    List<String> window = new ArrayList<>(List.of("assistant: unknown"));
    IntStream.range(0, 3000)
        .forEach(i -> Collections.addAll(window, "user: other " + i, "assistant: ok"));
    assertAtMost(SOON, () -> begin(window.toArray(String[]::new)));
  }

  @Test
  void manyBrokenAnswers_areComparedWithALongHistory_withoutReadingItForEach() {
    for (int i = 0; i < 200; i++) {
      OpenTurn turn = sessions.begin("c", HistoryMode.STORED, "user: Q" + i);
      end(turn, "part " + i, AnswerStatus.CANCELLED);
    }
    List<String> history = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      Collections.addAll(history, "user: q", "assistant: " + i + "<b>w ".repeat(4000));
    }
    history.add("user: last");
    OpenTurn turn =
        assertAtMost(
            SOON, () -> sessions.begin("c", HistoryMode.STORED, history.toArray(String[]::new)));
    assertEquals(400, turn.history().size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void historiesOfManyGaps_areFoundAsFastAsOthers(boolean alike) {
    List<String> history = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      Collections.addAll(history, "user: " + (alike ? "go on" : "Q" + i), "assistant: A" + i);
    }
    history.add("user: last");
    turn(ids("last", null, "a"), "A", history.toArray(String[]::new));
    List<String> gaps = new ArrayList<>();
    for (int i = 0; i < 2500; i += 2) {
      gaps.addAll(history.subList(2 * i, 2 * i + 2));
    }
    gaps.addAll(List.of("user: last", "assistant: A", "user: next"));
    assertAtMost(SOON, () -> begin(gaps.toArray(String[]::new)));
    assertEquals(5002 + 1, sessions.transcript("c").messages().size());
    assertAtMost(SOON, () -> begin(ids("u", "a", "b"), gaps.toArray(String[]::new)));
    gaps.set(1, "assistant: by hand");
    assertAtMost(SOON, () -> begin(ids("last", null, "b"), gaps.toArray(String[]::new)));
    assertAtMost(SOON, () -> begin(gaps.toArray(String[]::new)));
  }

  @Test
  void manyEditsBesideGapsOfLongQuestions_areComparedWithNoMoreThanABound() {
    List<String> history = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      // Of each gap's question much is what the one before it begins with.
      String question = i % 2 == 0 ? "a".repeat(4000) + "b" + i : "a".repeat(20_000) + i;
      Collections.addAll(history, "user: " + question, "assistant: A" + i);
    }
    history.add("user: last");
    turn(ids("last", null, "a"), "A", history.toArray(String[]::new));
    List<String> gaps = new ArrayList<>();
    for (int i = 0; i < 1000; i += 2) {
      Collections.addAll(gaps, history.get(2 * i), "assistant: by hand " + i);
    }
    gaps.addAll(List.of("user: last", "assistant: A", "user: next"));
    assertAtMost(SOON, () -> begin(ids("u", "a", "b"), gaps.toArray(String[]::new)));
  }

  @Test
  void questionsThatStandNowhere_areNotEachComparedWithAllOfALongRowOfCalls() {
    List<String> calls = new ArrayList<>(List.of("user: Q"));
    IntStream.range(0, 9000).forEach(i -> calls.add(call("call-" + i)));
    calls.add("user: two");
    begin(ids("q", null, "a"), calls.toArray(String[]::new));
    String[] many = IntStream.range(0, 9000).mapToObj(i -> "user: x" + i).toArray(String[]::new);
    assertAtMost(Duration.ofSeconds(4), () -> begin(ids("q", null, "b"), many));
  }

  @Test
  void lateAnswer_isComparedWithManyOfItsClients_withOneReading() {
    OpenTurn late = begin("user: Q");
    for (int i = 0; i < 1500; i++) {
      begin("user: Q", "assistant: part " + i + "z".repeat(1000), "user: next");
    }
    assertAtMost(Duration.ofSeconds(3), () -> end(late, "whole"));
  }

  @Test
  void argumentsThatAreNestedDeep_areReadOnce() {
    int depth = 900;
    String arguments =
        "[".repeat(depth) + "\\\"" + "x".repeat(8_000_000) + "\\\"" + "]".repeat(depth);
    Message call =
        Message.parse(
            ("{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\","
                    + "\"arguments\":\""
                    + arguments
                    + "\"}}]}")
                .getBytes(UTF_8));
    assertAtMost(Duration.ofSeconds(2), () -> assertNotEquals(0, call.asks()));
  }

  @Test
  void tornMessageThatIsNestedDeep_isReadOnce() {
    String torn =
        "[\n{\"id\":\"1\",\"parent_id\":null,\"role\":\"user\",\"content\":\"one\"},\n"
            + "{\"id\":\"2\",\"parent_id\":\"1\",\"role\":\"user\",\"content\":\"two\",\"a\":";
    String nested = "{\"id\":\"x\",\"a\":".repeat(900) + "\"" + "y".repeat(8_000_000);
    for (String start : List.of(torn, torn.replace("\n", " "))) {
      byte[] bytes = (start + nested).getBytes(UTF_8);
      ArrayScan scan = assertAtMost(Duration.ofSeconds(2), () -> ArrayScan.of(bytes));
      assertEquals(1, scan.messages().size());
    }
  }

  @Test
  void logWhoseBeginningIsMissing_isReadInNoTime() throws IOException {
    end(begin("user: Q"), "A");
    List<String> elements = new ArrayList<>();
    for (int i = 1; i < 50_000; i++) {
      elements.add(
          "{\"id\":\"e%d\",\"parent_id\":\"e%d\",\"role\":\"%s\",\"content\":\"t\"}"
              .formatted(i, i - 1, i % 2 == 1 ? "user" : "assistant"));
    }
    SessionId id = sessions.session("c").sessionId();
    Path file = directory.resolve(id.value()).resolve("context").resolve("messages.json");
    Files.writeString(file, "[" + String.join(",\n", elements) + "]");
    Transcript transcript = sessions.transcript("c");
    assertAtMost(SOON, () -> assertEquals(49_998, transcript.currentPath().size()));
  }
}
