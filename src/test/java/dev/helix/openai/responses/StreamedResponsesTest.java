package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The events that the chunks of a chat answer come to; the same in one piece, and as stored. */
class StreamedResponsesTest {
  private static final String TOOLS =
      """
      {"model":"m","tools":[{"type":"function","name":"f"},{"type":"custom","name":"c"},
      {"type":"namespace","name":"ns","tools":[{"type":"function","name":"g"}]}]}""";

  private static final String USAGE =
      """
      {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,
      "prompt_tokens_details":{"cached_tokens":2},
      "completion_tokens_details":{"reasoning_tokens":1}}}"""
          .replace("\n", "");

  /** Of these one piece does not say what came before what. */
  private static final Set<String> ORDERED =
      Set.of(
          "reasoning in two blocks",
          "what is said behind a call waits for its end",
          "an answer that goes on behind the finish of its calls");

  @TempDir static Path folder;
  private static ResponseServer server;
  private static int conversations;

  @BeforeAll
  static void start() throws Exception {
    server = new ResponseServer(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static String delta(String fields) {
    return "{\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{" + fields + "}}]}";
  }

  private static String text(String text) {
    return delta("\"content\":\"" + text + "\"");
  }

  private static String thought(String text) {
    return delta("\"reasoning_content\":\"" + text + "\"");
  }

  private static String call(int index, String id, String name, String arguments) {
    String begin = id == null ? "" : "\"id\":\"" + id + "\",\"type\":\"function\",";
    String named = name == null ? "" : "\"name\":\"" + name + "\",";
    return delta(
        "\"tool_calls\":[{\"index\":"
            + index
            + ","
            + begin
            + "\"function\":{"
            + named
            + "\"arguments\":\""
            + arguments.replace("\"", "\\\"")
            + "\"}}]");
  }

  private static String finish(String reason) {
    return "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}";
  }

  private static String conversation() {
    return "c" + conversations++;
  }

  private static void give(Call call, List<String> chunks) {
    call.beginSse();
    chunks.subList(0, chunks.size() - 1).forEach(call::sse);
    call.endWith(chunks.subList(chunks.size() - 1, chunks.size()));
  }

  /** Asks for a stream and gives these chunks; where the last is no [DONE], the upstream ends. */
  private static EventStream stream(String conversation, String options, List<String> chunks) {
    try (RawClient client = server.ask(conversation, "stream&" + options, TOOLS)) {
      give(server.call(), chunks);
      RawResponse response = client.response();
      assertEquals("text/event-stream", response.header("Content-Type"));
      return EventStream.of(response.restText());
    }
  }

  /** Asks for an object and gives these chunks all the same. */
  private static JsonNode object(String conversation, String options, List<String> chunks) {
    try (RawClient client = server.ask(conversation, options, TOOLS)) {
      give(server.call(), chunks);
      return EventStream.json(client.response().restText());
    }
  }

  private static List<String> shown(String... between) {
    List<String> shown = new ArrayList<>(List.of("created", "in_progress"));
    shown.addAll(Arrays.asList(between));
    return shown;
  }

  private static Arguments row(String name, List<String> chunks, String... between) {
    return Arguments.of(name, chunks, shown(between));
  }

  static Stream<Arguments> chunksBecomeEvents() {
    String done = "[DONE]";
    return Stream.of(
        row(
            "text",
            List.of(
                delta("\"role\":\"assistant\",\"content\":\"\""),
                text("Hel"),
                text("lo"),
                finish("stop"),
                USAGE,
                done),
            "+ message",
            "output_text Hel",
            "output_text lo",
            "- completed",
            "completed"),
        row(
            "text, then calls",
            List.of(
                text("Look: "),
                call(0, "a", "f", ""),
                call(0, null, null, "{\"x\":"),
                call(0, null, null, "1}"),
                finish("tool_calls"),
                done),
            "+ message",
            "output_text Look: ",
            "- completed",
            "+ function_call f",
            "function_call_arguments {\"x\":",
            "function_call_arguments 1}",
            "- completed",
            "completed"),
        row(
            "only calls, of which the second is told when all are there",
            List.of(
                call(0, "a", "f", "{}"),
                call(1, "b", "f", "{\"y\""),
                call(1, null, null, ":2}"),
                finish("tool_calls"),
                done),
            "+ function_call f",
            "function_call_arguments {}",
            "- completed",
            "+ function_call f",
            "function_call_arguments {\"y\":2}",
            "- completed",
            "completed"),
        row(
            "calls that interleave",
            List.of(
                call(0, "a", "f", ""),
                call(1, "b", "f", ""),
                call(0, null, null, "{\"x\""),
                call(1, null, null, "{\"y\""),
                call(0, null, null, ":1}"),
                call(1, null, null, ":2}"),
                finish("tool_calls"),
                done),
            "+ function_call f",
            "function_call_arguments {\"x\"",
            "function_call_arguments :1}",
            "- completed",
            "+ function_call f",
            "function_call_arguments {\"y\":2}",
            "- completed",
            "completed"),
        row(
            "calls whose first comes last",
            List.of(
                call(1, "b", "f", "{\"y\":2}"),
                call(0, "a", "f", "{\"x\":1}"),
                finish("tool_calls"),
                done),
            "+ function_call f",
            "function_call_arguments {\"x\":1}",
            "- completed",
            "+ function_call f",
            "function_call_arguments {\"y\":2}",
            "- completed",
            "completed"),
        row(
            "a call without arguments",
            List.of(call(0, "a", "f", ""), finish("tool_calls"), done),
            "+ function_call f",
            "- completed",
            "completed"),
        row(
            "a call that has no id",
            List.of(
                delta(
                    "\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]"),
                finish("tool_calls"),
                done),
            "+ function_call f",
            "function_call_arguments {}",
            "- completed",
            "completed"),
        row(
            "a custom tool, and one of a namespace",
            List.of(
                call(0, "a", "c", "{\"inp"),
                call(0, null, null, "ut\":\"ls -l\"}"),
                call(1, "b", "ns__g", "{}"),
                finish("tool_calls"),
                done),
            "+ custom_tool_call c",
            "custom_tool_call_input ls -l",
            "- completed",
            "+ function_call ns g",
            "function_call_arguments {}",
            "- completed",
            "completed"),
        row(
            "reasoning, then text, then calls",
            List.of(
                thought("Hm"),
                thought("m."),
                text("So: "),
                call(0, "a", "f", "{}"),
                finish("tool_calls"),
                done),
            "+ reasoning",
            "reasoning_summary_text Hm",
            "reasoning_summary_text m.",
            "- completed",
            "+ message",
            "output_text So: ",
            "- completed",
            "+ function_call f",
            "function_call_arguments {}",
            "- completed",
            "completed"),
        row(
            "reasoning said twice",
            List.of(
                delta(
                    "\"reasoning\":\"A\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"A\",\"index\":0}]"),
                text("B"),
                finish("stop"),
                done),
            "+ reasoning",
            "reasoning_summary_text A",
            "- completed",
            "+ message",
            "output_text B",
            "- completed",
            "completed"),
        row(
            "reasoning in details only",
            List.of(
                delta(
                    "\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":\"A\",\"index\":0}]"),
                delta(
                    "\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":\"a\",\"index\":0}]"),
                text("B"),
                finish("stop"),
                done),
            "+ reasoning",
            "reasoning_summary_text A",
            "reasoning_summary_text a",
            "- completed",
            "+ message",
            "output_text B",
            "- completed",
            "completed"),
        row(
            "reasoning in two blocks",
            List.of(thought("A"), text("B"), thought("C"), text("D"), finish("stop"), done),
            "+ reasoning",
            "reasoning_summary_text A",
            "- completed",
            "+ message",
            "output_text B",
            "- completed",
            "+ reasoning",
            "reasoning_summary_text C",
            "- completed",
            "+ message",
            "output_text D",
            "- completed",
            "completed"),
        row(
            "blanks open nothing",
            List.of(
                thought("\\n"),
                text("\\n\\n"),
                thought("A"),
                text("\\n"),
                thought("B"),
                text("C"),
                text(" "),
                finish("stop"),
                done),
            "+ reasoning",
            "reasoning_summary_text \nA",
            "reasoning_summary_text B",
            "- completed",
            "+ message",
            "output_text \n\n\nC",
            "output_text  ",
            "- completed",
            "completed"),
        row(
            "blanks beside calls are no message",
            List.of(text("\\n"), call(0, "a", "f", "{}"), text(" "), finish("tool_calls"), done),
            "+ function_call f",
            "function_call_arguments {}",
            "- completed",
            "completed"),
        row(
            "what is said behind a call waits for its end",
            List.of(
                call(0, "a", "f", "{"),
                text("And"),
                call(0, null, null, "}"),
                text(" so"),
                finish("stop"),
                done),
            "+ function_call f",
            "function_call_arguments {",
            "function_call_arguments }",
            "- completed",
            "+ message",
            "output_text And so",
            "- completed",
            "completed"),
        row(
            "an answer that goes on behind the finish of its calls",
            List.of(
                call(0, "a", "f", "{}"),
                call(1, "b", "f", "[]"),
                finish("tool_calls"),
                text("Then"),
                text(" this"),
                finish("stop"),
                done),
            "+ function_call f",
            "function_call_arguments {}",
            "- completed",
            "+ function_call f",
            "function_call_arguments []",
            "- completed",
            "+ message",
            "output_text Then",
            "output_text  this",
            "- completed",
            "completed"),
        row(
            "a refusal",
            List.of(
                delta("\"refusal\":\"I \""), delta("\"refusal\":\"won't\""), finish("stop"), done),
            "+ message",
            "refusal I ",
            "refusal won't",
            "- completed",
            "completed"),
        row(
            "length",
            List.of(text("Too"), finish("length"), USAGE, done),
            "+ message",
            "output_text Too",
            "- incomplete",
            "incomplete"),
        row(
            "length within what is thought",
            List.of(thought("Hm"), finish("length"), done),
            "+ reasoning",
            "reasoning_summary_text Hm",
            "- incomplete",
            "incomplete"),
        row(
            "length within a call",
            List.of(text("A"), call(0, "a", "c", "{\"input\":\"l"), finish("length"), done),
            "+ message",
            "output_text A",
            "- completed",
            "+ custom_tool_call c",
            "custom_tool_call_input {\"input\":\"l",
            "- incomplete",
            "incomplete"),
        row(
            "content filter",
            List.of(text("A"), finish("content_filter"), done),
            "+ message",
            "output_text A",
            "- incomplete",
            "incomplete"),
        row(
            "nothing at all",
            List.of(delta("\"role\":\"assistant\",\"content\":\"\""), finish("stop"), done),
            "+ message",
            "- completed",
            "completed"),
        row(
            "no finish reason",
            List.of(text("A"), done),
            "+ message",
            "output_text A",
            "- completed",
            "completed"),
        row(
            "no [DONE]",
            List.of(text("A"), finish("stop")),
            "+ message",
            "output_text A",
            "- completed",
            "completed"),
        row(
            "a function called as in former times",
            List.of(
                text("A"),
                delta("\"function_call\":{\"name\":\"f\",\"arguments\":\"{\"}"),
                delta("\"function_call\":{\"arguments\":\"}\"}"),
                finish("function_call"),
                done),
            "+ message",
            "output_text A",
            "- completed",
            "+ function_call f",
            "function_call_arguments {}",
            "- completed",
            "completed"),
        row(
            "content in parts",
            List.of(
                delta(
                    "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"H\"}]}]"),
                delta(
                    "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"m\"}]}]"),
                delta("\"content\":[{\"type\":\"text\",\"text\":\"A\"}]"),
                delta("\"content\":[{\"type\":\"text\",\"text\":\"B\"}]"),
                text("C"),
                finish("stop"),
                done),
            "+ reasoning",
            "reasoning_summary_text H",
            "reasoning_summary_text m",
            "- completed",
            "+ message",
            "output_text A",
            "output_text B",
            "output_text C",
            "- completed",
            "completed"),
        row(
            "halves of characters",
            List.of(text("a\\ud83d"), text("\\ude00b"), text("\\ud83d"), finish("stop"), done),
            "+ message",
            "output_text a",
            "output_text 😀b",
            "output_text \ud83d",
            "- completed",
            "completed"),
        row(
            "what ends a line to some clients",
            List.of(text("a\\u2028b\\u0085c\\u00e4€"), finish("stop"), done),
            "+ message",
            "output_text a\u2028b\u0085cä€",
            "- completed",
            "completed"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void chunksBecomeEvents(String name, List<String> chunks, List<String> expected) {
    String conversation = conversation();
    EventStream events = stream(conversation, "", chunks);
    assertEquals(expected, events.shown());
    assertEquals(events.response(), server.stored(conversation), "as it is stored");
    String other = conversation();
    JsonNode whole = object(other, "", chunks);
    assertEquals(whole, server.stored(other), "as it is stored of one piece");
    assertEquals(
        ORDERED.contains(name) ? withoutOutput(events.response()) : events.response(),
        ORDERED.contains(name) ? withoutOutput(whole) : whole,
        "in one piece");
  }

  private static JsonNode withoutOutput(JsonNode response) {
    ObjectNode copy = response.deepCopy();
    copy.remove("output");
    return copy;
  }

  @Test
  void rawReasoning_hasEventsOfItsOwn_andIsStoredSo() {
    List<String> chunks = List.of(thought("Hm"), text("A"), finish("stop"), "[DONE]");
    String conversation = conversation();
    EventStream events = stream(conversation, "raw", chunks);
    assertEquals(
        shown(
            "+ reasoning",
            "reasoning_text Hm",
            "- completed",
            "+ message",
            "output_text A",
            "- completed",
            "completed"),
        events.shown());
    assertEquals(events.response(), server.stored(conversation));
    assertEquals("Hm", events.response().at("/output/0/content/0/text").textValue());
    assertTrue(events.response().at("/output/0/summary").isEmpty());
    assertEquals(events.response(), object(conversation(), "raw", chunks));
  }

  @Test
  void idsAreThoseOfTheNode_timesAndModelAreKnown() {
    JsonNode response =
        stream(
                conversation(),
                "",
                List.of(
                    thought("A"),
                    text("B"),
                    thought("C"),
                    text("D"),
                    call(0, null, "f", "{}"),
                    call(1, "x", "c", "{}"),
                    finish("stop"),
                    USAGE,
                    "[DONE]"))
            .response();
    List<String> ids = new ArrayList<>();
    response
        .path("output")
        .forEach(item -> ids.add(item.path("id").asText().replace(ResponseServer.HEX, "*")));
    assertEquals(List.of("rs_*", "msg_*", "rs_*1", "msg_*1", "fc_*0", "ctc_*1"), ids);
    assertEquals("call_" + ResponseServer.HEX + "0", response.at("/output/4/call_id").asText());
    assertEquals("x", response.at("/output/5/call_id").asText());
    assertEquals(ResponseServer.ID, response.path("id").asText());
    assertEquals("up", response.path("model").asText());
    assertEquals(ResponseServer.CREATED, response.path("created_at").asLong());
    assertEquals(ResponseServer.CREATED + 5, response.path("completed_at").asLong());
    assertEquals(
        EventStream.json(
            """
            {"input_tokens":7,"input_tokens_details":{"cached_tokens":2},"output_tokens":3,
            "output_tokens_details":{"reasoning_tokens":1},"total_tokens":10}"""),
        response.path("usage"));
  }

  @Test
  void usageThatNobodyTold_isNothing_andAnEndSaysWhy() {
    JsonNode response =
        stream(conversation(), "", List.of(text("A"), finish("length"), "[DONE]")).response();
    assertEquals(0, response.at("/usage/total_tokens").asInt(-1));
    assertEquals(0, response.at("/usage/input_tokens_details/cached_tokens").asInt(-1));
    assertEquals("max_output_tokens", response.at("/incomplete_details/reason").asText());
    response =
        stream(conversation(), "", List.of(text("A"), finish("content_filter"), "[DONE]"))
            .response();
    assertEquals("content_filter", response.at("/incomplete_details/reason").asText());
  }

  @Test
  void aWholeAnswerThoughAStreamWasAskedFor_givesTheSameEvents() {
    String body =
        """
        {"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":"So","reasoning":"Hm",
        "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
        "finish_reason":"tool_calls"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}""";
    String conversation = conversation();
    EventStream events;
    try (RawClient client = server.ask(conversation, "stream", TOOLS)) {
      server.call().respondJson(200, body);
      events = EventStream.of(client.response().restText());
    }
    assertEquals(
        shown(
            "+ reasoning",
            "reasoning_summary_text Hm",
            "- completed",
            "+ message",
            "output_text So",
            "- completed",
            "+ function_call f",
            "function_call_arguments {}",
            "- completed",
            "completed"),
        events.shown());
    assertEquals(10, events.response().at("/usage/total_tokens").asInt());
    assertEquals(events.response(), server.stored(conversation));
    String other = conversation();
    try (RawClient client = server.ask(other, "", TOOLS)) {
      server.call().respondJson(200, body);
      RawResponse response = client.response();
      assertEquals("application/json", response.header("Content-Type"));
      assertEquals(events.response(), EventStream.json(response.restText()));
    }
    assertEquals(events.response(), server.stored(other));
  }

  @Test
  void aStreamThatIsCommitted_beginsAsAnyOther_andSaysThatItLives() {
    String conversation = conversation();
    try (RawClient client = server.ask(conversation, "stream", TOOLS)) {
      Call call = server.call();
      RawResponse response = client.response();
      String first = response.event();
      assertTrue(first.contains("response.created"), first);
      assertTrue(response.event().contains("response.in_progress"));
      String comment = response.comment();
      assertTrue(comment.contains("waiting"), comment);
      give(call, List.of(text("A"), finish("stop"), "[DONE]"));
      response.restText();
      EventStream events = EventStream.of(response.text());
      assertEquals(ResponseServer.ID, events.created().path("id").asText());
      assertEquals(events.response(), server.stored(conversation));
    }
  }

  @Test
  void whatIsNotKept_isToldAllTheSame() {
    EventStream events = stream("unkept", "unkept", List.of(text("A"), finish("stop"), "[DONE]"));
    assertEquals("completed", events.response().path("status").asText());
  }
}
