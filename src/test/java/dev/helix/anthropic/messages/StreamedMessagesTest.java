package dev.helix.anthropic.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.openai.responses.ChunkScript;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The events of streams, in short: {@code +} begins a block, {@code -} ends it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamedMessagesTest {
  private static final String HI = MessageServer.talk("Hi");
  private static final String THINKS = ",'thinking':{'type':'adaptive'}";

  @TempDir static Path folder;
  private MessageServer server;

  @BeforeAll
  void start() throws Exception {
    server = new MessageServer(folder);
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
  }

  private String streamed(String fields, String script) {
    return server.streamed(fields, call -> ChunkScript.give(call, script));
  }

  /** Reads a stream and checks what holds for all. */
  private static List<String> shown(String body) {
    List<String> shown = new ArrayList<>();
    int open = -1;
    int next = 0;
    for (String event : body.split("\n\n", -1)) {
      if (event.isEmpty()) {
        continue;
      }
      String[] lines = event.split("\n", -1);
      assertEquals(2, lines.length, event);
      JsonNode data = MessageServer.json(lines[1].substring("data: ".length()));
      String type = data.path("type").asText();
      assertEquals("event: " + type, lines[0]);
      switch (type) {
        case "content_block_start" -> {
          assertTrue(open < 0 && data.path("index").asInt() == next, event);
          open = next++;
          JsonNode block = data.path("content_block");
          String name = block.has("name") ? " " + block.path("id").asText() + " " : "";
          shown.add("+" + block.path("type").asText() + name + block.path("name").asText());
        }
        case "content_block_delta" -> {
          assertEquals(open, data.path("index").asInt(), event);
          JsonNode delta = data.path("delta");
          String kind = delta.path("type").asText();
          shown.add(
              switch (kind) {
                case "text_delta" -> delta.path("text").asText();
                case "thinking_delta" -> "(" + delta.path("thinking").asText() + ")";
                case "signature_delta" -> "signed";
                case "input_json_delta" -> delta.path("partial_json").asText();
                default -> throw new AssertionError(event);
              });
        }
        case "content_block_stop" -> {
          assertEquals(open, data.path("index").asInt(), event);
          open = -1;
          shown.add("-");
        }
        case "message_delta" -> {
          assertTrue(open < 0, event);
          shown.add("=" + data.at("/delta/stop_reason").asText());
        }
        default -> shown.add(type);
      }
    }
    return shown;
  }

  static Stream<Arguments> streams() {
    return Stream.of(
        row(
            "text=Hi |text=there|finish=stop|usage|done",
            "+text",
            "Hi ",
            "there",
            "-",
            "=end_turn"),
        row(
            "thought=hm|text=Hi|finish=stop|done",
            "+thinking",
            "(hm)",
            "signed",
            "-",
            "+text",
            "Hi",
            "-",
            "=end_turn"),
        row(
            "text=Hi|thought=hm|text=you|finish=stop|done",
            "+text",
            "Hi",
            "-",
            "+thinking",
            "(hm)",
            "signed",
            "-",
            "+text",
            "you",
            "-",
            "=end_turn"),
        row("text=Hi|finish=length|done", "+text", "Hi", "-", "=max_tokens"),
        row("text=Hi|finish=content_filter|done", "+text", "Hi", "-", "=refusal"),
        row("delta=\"refusal\":\"No.\"|finish=stop|done", "+text", "No.", "-", "=refusal"),
        row(
            "call=0,c1,f,|call=0,,,{\"a\"|call=0,,,:1}|finish=tool_calls|done",
            "+tool_use c1 f",
            "{\"a\"",
            ":1}",
            "-",
            "=tool_use"),
        row(
            "text=Hi|call=0,c1,f,{}|finish=stop|done",
            "+text",
            "Hi",
            "-",
            "+tool_use c1 f",
            "{}",
            "-",
            "=tool_use"),
        row(
            "call=0,c1,f,{\"a\"|call=1,c2,g,{\"b\"|call=0,,,:1}|call=1,,,:2}|finish=tool_calls|done",
            "+tool_use c1 f",
            "{\"a\"",
            ":1}",
            "-",
            "+tool_use c2 g",
            "{\"b\":2}",
            "-",
            "=tool_use"),
        row(
            "call=0,c1,f,{}|text=late|finish=tool_calls|done",
            "+tool_use c1 f",
            "{}",
            "-",
            "+text",
            "late",
            "-",
            "=tool_use"),
        row("call=0,c1,f,|finish=tool_calls|done", "+tool_use c1 f", "{}", "-", "=tool_use"),
        row(
            "call=0,c1,f,ls -l|finish=tool_calls|done",
            "+tool_use c1 f",
            "{\"arguments\":\"ls -l\"}",
            "-",
            "=tool_use"),
        row(
            "text=  |call=0,c1,f,{}|finish=tool_calls|done",
            "+tool_use c1 f",
            "{}",
            "-",
            "=tool_use"),
        row("text= |finish=stop|done", "+text", " ", "-", "=end_turn"),
        row("text=|finish=stop|done", "=end_turn"));
  }

  private static Arguments row(String script, String... shown) {
    return Arguments.of(script, List.of(shown));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void chunks_areToldAsBlocks(String script, List<String> blocks) {
    List<String> expected = new ArrayList<>(List.of("message_start"));
    expected.addAll(blocks);
    expected.add("message_stop");
    assertEquals(expected, shown(streamed(HI + THINKS, script)));
  }

  @Test
  void thoughts_areNotToldUnasked() {
    assertEquals(
        List.of("message_start", "+text", "Hi", "-", "=end_turn", "message_stop"),
        shown(streamed(HI, "thought=hm|text=Hi|finish=stop|done")));
  }

  @Test
  void beginning_namesTheModelThatWasAsked_andTheEndTellsTheUsage() {
    String body = streamed(HI, "text=Hi|finish=stop|usage|done");
    JsonNode message =
        MessageServer.json(body.split("\n", -1)[1].substring("data: ".length())).path("message");
    assertTrue(message.path("id").asText().startsWith("msg_"), body);
    assertEquals("asked", message.path("model").asText());
    assertTrue(message.path("stop_reason").isNull() && message.path("content").isEmpty());
    assertEquals(0, message.at("/usage/input_tokens").asInt(-1));
    assertTrue(
        body.contains(
            "\"usage\":{\"input_tokens\":5,\"cache_creation_input_tokens\":0,"
                + "\"cache_read_input_tokens\":2,\"output_tokens\":3}"),
        body);
  }

  @Test
  void callWithoutAnId_getsOne() {
    List<String> shown = shown(streamed(HI, "call=0,,f,{}|finish=tool_calls|done"));
    assertTrue(shown.get(1).matches("\\+tool_use toolu_[0-9a-f]{32}_0 f"), shown::toString);
  }

  @Test
  void wholeAnswer_whereAStreamIsAsked_isToldAsEvents() {
    String body =
        server.streamed(HI, call -> call.respondJson(200, Completions.completion("Hi there")));
    assertEquals(
        List.of("message_start", "+text", "Hi there", "-", "=end_turn", "message_stop"),
        shown(body));
  }

  @Test
  void silentUpstream_isToldByPings() {
    try (RawClient client = server.ask("silent", HI + ",'stream':true")) {
      Call call = server.chat.upstream.next();
      call.beginSse();
      call.sse(ChunkScript.of("text=Hi").get(0));
      RawResponse response = client.response();
      String event = response.event();
      while (!event.contains("event: ping")) {
        event = response.event();
      }
      call.endWith(List.of(Completions.finish("stop"), Completions.DONE));
      assertTrue(response.restText().endsWith("data: {\"type\":\"message_stop\"}\n\n"));
    }
  }

  @Test
  void upstreamThatBreaksOff_isToldByAnErrorEvent_andNoEnd() {
    String body =
        server.streamed(
            HI,
            call -> {
              call.beginSse();
              call.sse(ChunkScript.of("text=Hi").get(0));
              call.end();
            });
    List<String> shown = shown(body);
    assertEquals("error", shown.get(shown.size() - 1));
    assertTrue(body.contains("{\"type\":\"error\",\"error\":{\"type\":\"api_error\""), body);
    assertTrue(!body.contains("message_stop"), body);
  }

  @Test
  void upstreamsErrorWithinItsStream_isToldInAnthropicsForm() {
    String body =
        server.streamed(
            HI,
            call -> {
              call.beginSse();
              call.sse("{\"error\":{\"message\":\"too many\",\"code\":429}}");
              call.end();
            });
    assertTrue(
        body.endsWith(
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
                + "\"message\":\"too many\"},\"request_id\":null}\n\n"),
        body);
  }
}
