package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
      "{\"model\":\"m\",\"tools\":[{\"type\":\"function\",\"name\":\"f\"},"
          + "{\"type\":\"custom\",\"name\":\"c\"},{\"type\":\"namespace\",\"name\":\"ns\","
          + "\"tools\":[{\"type\":\"function\",\"name\":\"g\"}]}]}";

  private static final String PART = "delta=\"content\":[{\"type\":\"";
  private static final String DETAILS = "delta=\"reasoning_details\":[{\"type\":\"reasoning.";

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

  private static String conversation() {
    return "c" + conversations++;
  }

  private static EventStream stream(String conversation, String options, String script) {
    try (RawClient client = server.ask(conversation, "stream&" + options, TOOLS)) {
      ChunkScript.give(server.call(), script);
      RawResponse response = client.response();
      assertEquals("text/event-stream", response.header("Content-Type"));
      return EventStream.of(response.restText());
    }
  }

  /** What who asked for no stream gets, though the upstream gives one. */
  private static JsonNode object(String conversation, String options, String script) {
    try (RawClient client = server.ask(conversation, options, TOOLS)) {
      ChunkScript.give(server.call(), script);
      return EventStream.json(client.response().restText());
    }
  }

  /** What was shown of the events between the beginning and the end, and how it ended. */
  private static String shown(EventStream events) {
    assertEquals(List.of("created", "in_progress"), events.shown().subList(0, 2));
    return String.join("|", events.shown().subList(2, events.shown().size()));
  }

  static Stream<Arguments> chunksBecomeEvents() {
    return Table.of(
        "delta=\"role\":\"assistant\",\"content\":\"\"|text=Hel|text=lo|finish=stop|usage|done"
            + " → + message|output_text Hel|output_text lo|- completed|completed",
        "text=A|done → + message|output_text A|- completed|completed",
        "text=A|finish=stop → + message|output_text A|- completed|completed",
        // Nothing at all.
        "delta=\"content\":\"\"|finish=stop|done → + message|- completed|completed",
        "text=Too|finish=length|usage|done"
            + " → + message|output_text Too|- incomplete|incomplete",
        "text=A|finish=content_filter|done → + message|output_text A|- incomplete|incomplete",
        "thought=Hm|finish=length|done"
            + " → + reasoning|reasoning_summary_text Hm|- incomplete|incomplete",
        "delta=\"refusal\":\"I \"|delta=\"refusal\":\"won't\"|finish=stop|done"
            + " → + message|refusal I |refusal won't|- completed|completed",
        "thought=Hm|thought=m.|text=So|finish=stop|done"
            + " → + reasoning|reasoning_summary_text Hm|reasoning_summary_text m.|- completed"
            + "|+ message|output_text So|- completed|completed",
        // What is thought may be said twice.
        "delta=\"reasoning\":\"A\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"A\"}]"
            + "|text=B|finish=stop|done → + reasoning|reasoning_summary_text A|- completed"
            + "|+ message|output_text B|- completed|completed",
        (DETAILS + "summary\",\"summary\":\"A\",\"index\":0}]|")
            + (DETAILS + "summary\",\"summary\":\"a\",\"index\":0}]|")
            + "text=B|finish=stop|done → + reasoning|reasoning_summary_text A"
            + "|reasoning_summary_text a|- completed"
            + "|+ message|output_text B|- completed|completed",
        // Blanks open nothing.
        "thought=\\n|text=\\n\\n|thought=A|text=\\n|thought=B|text=C|text= |finish=stop|done"
            + " → + reasoning|reasoning_summary_text \nA|reasoning_summary_text B|- completed"
            + "|+ message|output_text \n\n\nC|output_text  |- completed|completed",
        ("text=" + " ".repeat(600) + "|text=" + " ".repeat(600) + "|finish=stop|done")
            + (" → + message|output_text " + " ".repeat(1200) + "|- completed|completed"),
        // Content in parts.
        (PART + "thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"H\"}]}]|")
            + (PART + "thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"m\"}]}]|")
            + (PART + "text\",\"text\":\"A\"}]|" + PART + "text\",\"text\":\"B\"}]|")
            + "text=C|finish=stop|done → + reasoning|reasoning_summary_text H"
            + "|reasoning_summary_text m|- completed"
            + "|+ message|output_text A|output_text B|output_text C|- completed|completed",
        // Halves of characters, and what ends a line to some clients.
        "text=a\\ud83d|text=\\ude00b|text=\\ud83d|finish=stop|done"
            + " → + message|output_text a|output_text 😀b|output_text \ud83d|- completed|completed",
        "text=a\\u2028b\\u0085c\\u00e4€|finish=stop|done"
            + " → + message|output_text a\u2028b\u0085cä€|- completed|completed");
  }

  static Stream<Arguments> callsBecomeEvents() {
    return Table.of(
        "text=Look: |call=0,a,f,|call=0,,,{\"x\":|call=0,,,1}|finish=tool_calls|done"
            + " → + message|output_text Look: |- completed|+ function_call f"
            + "|function_call_arguments {\"x\":|function_call_arguments 1}|- completed|completed",
        // The second is told when all are there, also where they interleave.
        "call=0,a,f,{}|call=1,b,f,{\"y\"|call=1,,,:2}|finish=tool_calls|done"
            + " → + function_call f|function_call_arguments {}|- completed"
            + "|+ function_call f|function_call_arguments {\"y\":2}|- completed|completed",
        "call=0,a,f,|call=1,b,f,|call=0,,,{\"x\"|call=1,,,{\"y\"|call=0,,,:1}|call=1,,,:2}"
            + "|finish=tool_calls|done → + function_call f|function_call_arguments {\"x\""
            + "|function_call_arguments :1}|- completed"
            + "|+ function_call f|function_call_arguments {\"y\":2}|- completed|completed",
        "call=1,b,f,{\"y\":2}|call=0,a,f,{\"x\":1}|finish=tool_calls|done"
            + " → + function_call f|function_call_arguments {\"x\":1}|- completed"
            + "|+ function_call f|function_call_arguments {\"y\":2}|- completed|completed",
        "call=0,a,f,|finish=tool_calls|done → + function_call f|- completed|completed",
        "call=0,,f,{}|finish=tool_calls|done"
            + " → + function_call f|function_call_arguments {}|- completed|completed",
        "call=0,a,c,{\"inp|call=0,,,ut\":\"ls -l\"}|call=1,b,ns__g,{}|finish=tool_calls|done"
            + " → + custom_tool_call c|custom_tool_call_input ls -l|- completed"
            + "|+ function_call ns g|function_call_arguments {}|- completed|completed",
        "thought=Hm|text=So: |call=0,a,f,{}|finish=tool_calls|done"
            + " → + reasoning|reasoning_summary_text Hm|- completed"
            + "|+ message|output_text So: |- completed"
            + "|+ function_call f|function_call_arguments {}|- completed|completed",
        // Blanks beside calls are no message.
        "text=\\n|call=0,a,f,{}|text= |finish=tool_calls|done"
            + " → + function_call f|function_call_arguments {}|- completed|completed",
        "text=A|call=0,a,c,{\"input\":\"l|finish=length|done"
            + " → + message|output_text A|- completed|+ custom_tool_call c"
            + "|custom_tool_call_input {\"input\":\"l|- incomplete|incomplete",
        // As functions were called in former times.
        "text=A|delta=\"function_call\":{\"name\":\"f\",\"arguments\":\"{\"}"
            + "|delta=\"function_call\":{\"arguments\":\"}\"}|finish=function_call|done"
            + " → + message|output_text A|- completed"
            + "|+ function_call f|function_call_arguments {}|- completed|completed");
  }

  /** Of these one piece does not say what came before what. */
  static Stream<Arguments> itemsComeInTheOrderOfTheirChunks() {
    return Table.of(
        "thought=A|text=B|thought=C|text=D|finish=stop|done"
            + " → + reasoning|reasoning_summary_text A|- completed|+ message|output_text B"
            + "|- completed|+ reasoning|reasoning_summary_text C|- completed"
            + "|+ message|output_text D|- completed|completed",
        // What is said behind a call waits for its end.
        "call=0,a,f,{|text=And|call=0,,,}|text= so|finish=stop|done"
            + " → + function_call f|function_call_arguments {|function_call_arguments }"
            + "|- completed|+ message|output_text And so|- completed|completed",
        // Some go on behind the finish of their calls.
        "call=0,a,f,{}|call=1,b,f,[]|finish=tool_calls|text=Then|text= this|finish=stop|done"
            + " → + function_call f|function_call_arguments {}|- completed"
            + "|+ function_call f|function_call_arguments []|- completed"
            + "|+ message|output_text Then|output_text  this|- completed|completed");
  }

  @ParameterizedTest
  @MethodSource({"chunksBecomeEvents", "callsBecomeEvents"})
  void chunksBecomeEvents(String script, String expected) {
    String conversation = conversation();
    EventStream events = stream(conversation, "", script);
    assertEquals(expected, shown(events));
    assertEquals(events.response(), server.stored(conversation), "as it is stored");
    String other = conversation();
    assertEquals(events.response(), object(other, "", script), "in one piece");
    assertEquals(events.response(), server.stored(other), "as it is stored of one piece");
  }

  @ParameterizedTest
  @MethodSource
  void itemsComeInTheOrderOfTheirChunks(String script, String expected) {
    String conversation = conversation();
    EventStream events = stream(conversation, "", script);
    assertEquals(expected, shown(events));
    assertEquals(events.response(), server.stored(conversation), "as it is stored");
    String other = conversation();
    JsonNode whole = object(other, "", script);
    assertEquals(whole, server.stored(other), "as it is stored of one piece");
    assertEquals(withoutOutput(events.response()), withoutOutput(whole));
  }

  private static JsonNode withoutOutput(JsonNode response) {
    ObjectNode copy = response.deepCopy();
    copy.remove("output");
    return copy;
  }

  @Test
  void rawReasoning_hasEventsOfItsOwn_andIsStoredSo() {
    String script = "thought=Hm|text=A|finish=stop|done";
    String conversation = conversation();
    EventStream events = stream(conversation, "raw", script);
    assertEquals(
        "+ reasoning|reasoning_text Hm|- completed|+ message|output_text A|- completed|completed",
        shown(events));
    assertEquals(events.response(), server.stored(conversation));
    assertEquals("Hm", events.response().at("/output/0/content/0/text").textValue());
    assertTrue(events.response().at("/output/0/summary").isEmpty());
    assertEquals(events.response(), object(conversation(), "raw", script));
  }

  @Test
  void idsAreThoseOfTheNode_timesAndModelAreKnown() {
    String script =
        "thought=A|text=B|thought=C|text=D|call=0,,f,{}|call=1,x,c,{}|finish=stop|usage|done";
    JsonNode response = stream(conversation(), "", script).response();
    List<String> ids = new ArrayList<>();
    response
        .path("output")
        .forEach(item -> ids.add(item.path("id").asText().replace(ResponseServer.HEX, "*")));
    assertEquals(List.of("rs_*", "msg_*", "rs_*1", "msg_*1", "fc_*0", "ctc_*1"), ids);
    assertEquals("call_" + ResponseServer.HEX + "0", response.at("/output/4/call_id").asText());
    assertEquals("x", response.at("/output/5/call_id").asText());
    assertEquals(ResponseServer.ID, response.path("id").asText());
    assertEquals(Completions.MODEL, response.path("model").asText());
    assertEquals(ResponseServer.CREATED, response.path("created_at").asLong());
    assertEquals(ResponseServer.CREATED + 5, response.path("completed_at").asLong());
    assertEquals(
        EventStream.json(
            "{\"input_tokens\":7,\"input_tokens_details\":{\"cached_tokens\":2},"
                + "\"output_tokens\":3,\"output_tokens_details\":{\"reasoning_tokens\":1},"
                + "\"total_tokens\":10}"),
        response.path("usage"));
  }

  @Test
  void usageThatNobodyTold_isNothing_andAnEndSaysWhy() {
    JsonNode response = stream(conversation(), "", "text=A|finish=length|done").response();
    assertEquals(0, response.at("/usage/total_tokens").asInt(-1));
    assertEquals(0, response.at("/usage/input_tokens_details/cached_tokens").asInt(-1));
    assertEquals("max_output_tokens", response.at("/incomplete_details/reason").asText());
    response = stream(conversation(), "", "text=A|finish=content_filter|done").response();
    assertEquals("content_filter", response.at("/incomplete_details/reason").asText());
  }

  @Test
  void aWholeAnswerThoughAStreamWasAskedFor_givesTheSameEvents() {
    String body =
        "{\"model\":\"up\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
            + "\"content\":\"So\",\"reasoning\":\"Hm\",\"tool_calls\":[{\"id\":\"a\",\"type\":"
            + "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
            + "\"finish_reason\":\"tool_calls\"}],"
            + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
    String conversation = conversation();
    EventStream events;
    try (RawClient client = server.ask(conversation, "stream", TOOLS)) {
      server.call().respondJson(200, body);
      events = EventStream.of(client.response().restText());
    }
    assertEquals(
        "+ reasoning|reasoning_summary_text Hm|- completed|+ message|output_text So|- completed"
            + "|+ function_call f|function_call_arguments {}|- completed|completed",
        shown(events));
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
      ChunkScript.give(call, "text=A|finish=stop|done");
      response.restText();
      EventStream events = EventStream.of(response.text());
      assertEquals(ResponseServer.ID, events.created().path("id").asText());
      assertEquals(events.response(), server.stored(conversation));
    }
  }

  @Test
  void imagesAreToldWhole_andRecordedWithoutTheirData() {
    String image = "data:image/png;base64," + "A".repeat(4000);
    String conversation = conversation();
    EventStream events = stream(conversation, "", "text=" + image + "|finish=stop|done");
    assertEquals(image, events.response().at("/output/0/content/0/text").asText());
    String stored = server.stored(conversation).at("/output/0/content/0/text").asText();
    assertTrue(stored.startsWith("data:image/png;length=3000;sha256="), stored);
  }

  @Test
  void whatIsNotKept_isToldAllTheSame() {
    EventStream events = stream("unkept", "unkept", "text=A|finish=stop|done");
    assertEquals("completed", events.response().path("status").asText());
  }
}
