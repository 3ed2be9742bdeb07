package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.openai.conversations.ConversationsServlet;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows calls that have no outputs yet, however the conversation is gone on with. */
class WaitingCallsTest {
  private static final String ASK = "{'role':'user','content':'And?'}";

  @TempDir Path folder;
  private ResponsesService service;
  private String conversation;

  /** The last response. */
  private String previous;

  @BeforeEach
  void start() throws Exception {
    service = new ResponsesService(folder);
    service.chat.add(new ConversationsServlet(), "/v1/conversations/*");
    conversation = conversations("", "{}").path("id").asText();
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
  }

  private JsonNode conversations(String path, String body) {
    try (RawClient client = RawClient.connect(service.chat.url())) {
      client.post("/v1/conversations" + path, body.replace('\'', '"'));
      RawResponse response = ResponsesService.whole(client);
      assertEquals(200, response.status(), response::text);
      return response.json();
    }
  }

  /** A request that goes on with the conversation in this way. */
  private RawClient ask(String way, String input, String more) {
    String follows =
        switch (way) {
          case "conversation" -> ",'conversation':'" + conversation + "'";
          case "previous" -> ",'previous_response_id':'" + previous + "'";
          default -> "";
        };
    String body = "{'model':'m','input':" + input + follows + more + "}";
    return way.equals("header")
        ? service.post(
            "", body, "X-Conversation-ID", conversation, "X-Conversation-History", "stored")
        : service.post("", body);
  }

  /** What a backend says that calls tools. */
  private static String calling(String finish, String text, String... ids) {
    String calls =
        Arrays.stream(ids)
            .map(
                id ->
                    "{'id':'"
                        + id
                        + "','type':'function','function':{'name':'f','arguments':'{}'}}")
            .collect(Collectors.joining(","));
    String content = text == null ? "null" : "'" + text + "'";
    return ("{'id':'x','object':'chat.completion','created':1,'model':'m','choices':[{'index':0,"
            + "'message':{'role':'assistant','content':"
            + content
            + ",'tool_calls':["
            + calls
            + "]},'finish_reason':'"
            + finish
            + "'}]}")
        .replace('\'', '"');
  }

  private static String delta(String id) {
    String delta =
        "{'tool_calls':[{'index':0,'id':'"
            + id
            + "','type':'function','function':{'name':'f','arguments':'{}'}}]}";
    return Completions.chunk(0, (ObjectNode) Json.read(delta.replace('\'', '"')), null);
  }

  /** Has the conversation end in calls. */
  private void call(String status, String tools, String... ids) {
    String first = "'Hi'";
    String more = ",'tools':" + tools;
    String stream = status.startsWith("cancelled") ? ",'stream':true" : "";
    try (RawClient client = ask("conversation", first, more + stream)) {
      Call call = service.call();
      switch (status) {
        case "completed" -> call.respondJson(200, calling("tool_calls", null, ids));
        case "said" -> call.respondJson(200, calling("tool_calls", "I look.", ids));
        case "incomplete" -> call.respondJson(200, calling("length", null, ids));
        default -> {
          call.beginSse();
          if (status.equals("cancelled after text")) {
            call.sse(Completions.delta("I look."));
          }
          call.sse(delta(ids[0]));
          RawResponse response = client.response();
          JsonNode created = Json.read(response.data());
          previous = created.at("/response/id").asText();
          String data = response.data();
          while (!data.contains("function_call")) {
            data = response.data();
          }
          client.leave();
          call.awaitClosedByPeer(Duration.ofSeconds(20));
          while (service.get("/" + previous).path("status").asText().equals("in_progress")) {
            Thread.onSpinWait(); // What came is stored when the upstream is let go of.
          }
          return;
        }
      }
      RawResponse response = ResponsesService.whole(client);
      assertEquals(200, response.status(), response::text);
      previous = response.json().path("id").asText();
    }
  }

  private static String output(String type, String id) {
    return "{'type':'" + type + "_output','call_id':'" + id + "','output':'R'}";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "completed | conversation",
        "completed | previous",
        "completed | header",
        "said | conversation",
        "said | previous",
        "incomplete | conversation",
        "incomplete | previous",
        "incomplete | header",
        "cancelled after text | conversation",
        "cancelled after text | previous",
      })
  void aQuestionBehindACall_isRefused_andItsOutputIsTaken(String status, String way) {
    call(status, "[{'type':'function','name':'f'}]", "call_1");
    for (String more : List.of("", ",'store':false", ",'stream':true")) {
      for (String input : List.of("'And?'", "[" + ASK + "]", "[{'id':'msg_x',%]")) {
        String asked = input.replace("%", ASK.substring(1));
        try (RawClient client = ask(way, asked, more)) {
          assertRefused("call_1", client);
        }
      }
    }
    try (RawClient client = ask(way, "[" + output("function_call", "call_1") + "]", "")) {
      Call call = service.call();
      List<String> sent = ResponsesService.sent(call);
      assertEquals(3, sent.size(), sent::toString);
      assertEquals("tool:R", sent.get(2));
      call.respondJson(200, Completions.completion("So."));
      previous = ResponsesService.whole(client).json().path("id").asText();
    }
    try (RawClient client = ask(way, "'And?'", "")) {
      Call call = service.call();
      assertEquals(5, ResponsesService.sent(call).size());
      call.respondJson(200, Completions.completion("So."));
      assertEquals(200, client.response().status());
    }
  }

  /** Of parallel calls each needs its output. */
  @ParameterizedTest
  @CsvSource({"conversation", "previous", "header"})
  void callsOfWhichSomeHaveOutputs_areRefused(String way) {
    call("completed", "[{'type':'function','name':'f'}]", "call_1", "call_2");
    String one = output("function_call", "call_1");
    String two = output("function_call", "call_2");
    for (String input : List.of(one, one + "," + ASK, ASK + "," + one)) {
      try (RawClient client = ask(way, "[" + input + "]", "")) {
        assertRefused("call_2", client);
      }
    }
    try (RawClient client = ask(way, "[" + two + "," + one + "," + ASK + "]", "")) {
      Call call = service.call();
      assertEquals(5, ResponsesService.sent(call).size());
      call.respondJson(200, Completions.completion("So."));
      assertEquals(200, client.response().status());
    }
  }

  @ParameterizedTest
  @CsvSource({"conversation", "previous", "header"})
  void customToolsCalls_needTheirOutputsToo(String way) {
    call("completed", "[{'type':'custom','name':'f'}]", "call_1");
    try (RawClient client = ask(way, "'And?'", "")) {
      assertRefused("call_1", client);
    }
    try (RawClient client = ask(way, "[" + output("custom_tool_call", "call_1") + "]", "")) {
      service.call().respondJson(200, Completions.completion("So."));
      assertEquals(200, client.response().status());
    }
  }

  /** Of an answer that said nothing but a call when its caller left, nothing is gone on with. */
  @Test
  void aCancelledAnswerThatSaysNothing_isNoPartOfTheConversation() {
    call("cancelled", "[{'type':'function','name':'f'}]", "call_1");
    try (RawClient client = ask("conversation", "'And?'", "")) {
      Call call = service.call();
      assertEquals(List.of("user:And?"), ResponsesService.sent(call));
      call.respondJson(200, Completions.completion("So."));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void aCallThatWasAdded_needsItsOutput_whichMayBeAddedToo() {
    String call = "{'type':'function_call','call_id':'call_1','name':'f','arguments':'{}'}";
    conversations("/" + conversation + "/items", "{'items':[" + ASK + "," + call + "]}");
    try (RawClient client = ask("conversation", "'And?'", "")) {
      assertRefused("call_1", client);
    }
    String output = output("function_call", "call_1");
    conversations("/" + conversation + "/items", "{'items':[" + output + "]}");
    try (RawClient client = ask("conversation", "'And?'", "")) {
      Call asked = service.call();
      assertEquals(4, ResponsesService.sent(asked).size());
      asked.respondJson(200, Completions.completion("So."));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void aQuestionThatWaitedForATurn_isRefusedWhereThatEndsInACall() {
    try (RawClient first = ask("conversation", "'Hi'", "");
        RawClient second = ask("conversation", "'And?'", "")) {
      Call call = service.call();
      String asked = ResponsesService.sent(call).get(0);
      call.respondJson(200, calling("tool_calls", null, "call_1"));
      RawClient refused = asked.equals("user:Hi") ? second : first;
      assertEquals(200, (refused == second ? first : second).response().status());
      assertRefused("call_1", refused);
    }
  }

  /** An SDK that has lost the answer asks the same again. */
  @Test
  void aRetryOfTheQuestionThatMadeTheCall_isAnswered() {
    call("completed", "[{'type':'function','name':'f'}]", "call_1");
    String body = "{'model':'m','input':'Hi','conversation':'" + conversation + "'}";
    try (RawClient client = service.post("", body, "X-Stainless-Retry-Count", "1")) {
      Call call = service.call();
      assertEquals(List.of("user:Hi"), ResponsesService.sent(call));
      call.respondJson(200, Completions.completion("So."));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void whatIsTriedBehindACall_isRefusedToo() {
    call("completed", "[{'type':'function','name':'f'}]", "call_1");
    for (String path : List.of("/compact", "/input_tokens")) {
      String body = "{'model':'m','input':'And?','conversation':'" + conversation + "'}";
      try (RawClient client = service.post(path, body)) {
        assertRefused("call_1", client);
      }
    }
  }

  private void assertRefused(String call, RawClient client) {
    RawResponse refused = ResponsesService.whole(client);
    assertEquals(400, refused.status(), refused::text);
    JsonNode error = refused.json().path("error");
    assertEquals(
        "No tool output found for function call " + call + ".", error.path("message").asText());
    assertEquals("invalid_request_error", error.path("type").asText());
    assertEquals("input", error.path("param").asText());
    assertNull(service.chat.upstream.poll(Duration.ZERO));
  }
}
