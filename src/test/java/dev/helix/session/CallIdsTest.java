package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tool calls that have the same id, as upstreams begin anew in each reply. */
class CallIdsTest extends PlacingTest {
  private static String call(String arguments) {
    return "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_0\","
        + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\""
        + arguments.replace("\"", "\\\"")
        + "\"}}]}";
  }

  private static String result(String text) {
    return "{\"role\":\"tool\",\"tool_call_id\":\"call_0\",\"content\":\"" + text + "\"}";
  }

  private void reply(OpenTurn turn, String message) {
    List<Answer> answers =
        List.of(
            new Answer(
                SessionFixture.messages(message).get(0),
                "m",
                "tool_calls",
                AnswerStatus.COMPLETED));
    sessions.manager().completeTurn(turn, answers);
  }

  /** The tree as what is said or asked of a tool, {@code <}, and the same of what is above. */
  private List<String> calls() {
    List<Message> nodes = sessions.transcript("c").messages();
    return nodes.stream()
        .map(
            node ->
                shown(node)
                    + " < "
                    + nodes.stream()
                        .filter(other -> other.id().equals(node.parentId()))
                        .map(CallIdsTest::shown)
                        .findFirst()
                        .orElse("root"))
        .toList();
  }

  private static String shown(Message message) {
    String json = new String(message.wireJson(), StandardCharsets.UTF_8).replace("\\\"", "'");
    int arguments = json.indexOf("arguments\":\"");
    return arguments < 0
        ? message.text()
        : json.substring(arguments + 12, json.indexOf('"', arguments + 12));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void twoModelsSideBySide_eachResultHangsUnderItsCall(boolean withIds) {
    MessageIds one = withIds ? ids("u1", null, "a1") : MessageIds.NONE;
    MessageIds other = withIds ? ids("u1", null, "a2") : MessageIds.NONE;
    OpenTurn first = begin(one, "user: Q1");
    OpenTurn second = begin(other, "user: Q1");
    reply(first, call("{\"a\":1}"));
    reply(second, call("{\"a\":2}"));
    turn(one, "A1", "user: Q1", call("{\"a\":1}"), result("R"));
    turn(other, "A2", "user: Q1", call("{\"a\":2}"), result("R"));
    assertEquals(
        List.of(
            "Q1 < root",
            "{'a':1} < Q1",
            "{'a':2} < Q1",
            "R < {'a':1}",
            "A1 < R",
            "R < {'a':2}",
            "A2 < R"),
        calls());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void regenerate_hangsItsResultUnderTheNewCall_andTheOldOneIsFoundAgain(boolean withIds) {
    MessageIds one = withIds ? ids("u1", null, "a1") : MessageIds.NONE;
    MessageIds other = withIds ? ids("u1", null, "a2") : MessageIds.NONE;
    reply(begin(one, "user: Q1"), call("{\"a\":1,\"b\":[2]}"));
    turn(one, "A1", "user: Q1", call("{\"a\":1,\"b\":[2]}"), result("R"));
    reply(begin(other, "user: Q1"), call("{}"));
    turn(other, "A2", "user: Q1", call(""), result("R"));
    // Written anew by the client, and asking the same.
    turn(
        withIds ? ids("u2", "a1", "a3") : MessageIds.NONE,
        "A3",
        "user: Q1",
        call("{ \"b\": [2], \"a\": 1 }"),
        result("R"),
        "assistant: A1",
        "user: Q2");
    assertEquals(
        List.of(
            "Q1 < root",
            "{'a':1,'b':[2]} < Q1",
            "R < {'a':1,'b':[2]}",
            "A1 < R",
            "{} < Q1",
            "R < {}",
            "A2 < R",
            "Q2 < A1",
            "A3 < Q2"),
        calls());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void argumentsThatAPersonChangedBeforeTheCallRan_areANewerVersion(boolean withIds) {
    MessageIds one = withIds ? ids("u1", null, "a1") : MessageIds.NONE;
    reply(begin(one, "user: Q1"), call("{\"a\":1}"));
    turn(one, "A1", "user: Q1", call("{\"a\":7}"), result("R"));
    assertEquals(List.of("Q1 < root", "{'a':7} < Q1", "R < {'a':7}", "A1 < R"), calls());
    Message call = sessions.transcript("c").messages().get(1);
    assertEquals("m", call.model());
    assertEquals("tool_calls", call.finishReason());
  }

  @Test
  void argumentsOfACallThatRan_stayAsTheyWere() {
    reply(begin("user: Q1"), call("{\"a\":1}"));
    turn(MessageIds.NONE, "A1", "user: Q1", call("{\"a\":1}"), result("R"));
    turn(
        MessageIds.NONE,
        "A2",
        "user: Q1",
        call("{\"a\":\"…\"}"),
        result("R"),
        "assistant: A1",
        "user: Q2");
    assertEquals(
        List.of("Q1 < root", "{'a':1} < Q1", "R < {'a':1}", "A1 < R", "Q2 < A1", "A2 < Q2"),
        calls());
  }
}
