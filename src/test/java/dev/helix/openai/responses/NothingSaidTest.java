package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.openai.conversations.ConversationsServlet;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that come to nothing that a model could be sent. */
class NothingSaidTest {
  private static final String WORDS =
      "One of 'input', 'previous_response_id' and 'conversation' must say something.";

  @TempDir Path folder;
  private ResponsesService service;

  /** A conversation without items, one with a turn, and that turn's response and its thoughts. */
  private String empty;

  private String full;
  private String previous;
  private String thought;

  @BeforeEach
  void start() throws Exception {
    service = new ResponsesService(folder);
    service.chat.add(new ConversationsServlet(), "/v1/conversations/*");
    empty = conversation();
    full = conversation();
    String completion =
        "{'id':'x','object':'chat.completion','created':1,'model':'m','choices':[{'index':0,"
            + "'message':{'role':'assistant','reasoning_content':'Hm','content':'A'},"
            + "'finish_reason':'stop'}]}";
    var response =
        service.answered(
            "",
            "{'model':'m','input':'Q','conversation':'" + full + "'}",
            completion.replace('\'', '"'));
    previous = response.path("id").asText();
    thought = response.at("/output/0/id").asText();
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
  }

  private String conversation() {
    try (RawClient client = RawClient.connect(service.chat.url())) {
      client.post("/v1/conversations", "{}");
      return ResponsesService.whole(client).json().path("id").asText();
    }
  }

  private String body(String input, String state) {
    String items =
        switch (input) {
          case "none" -> "";
          case "search" -> "{'type':'web_search_call','id':'ws_1','status':'completed'}";
          case "thought" -> "{'type':'reasoning','id':'rs_1','summary':[]}";
          case "both" ->
              "{'type':'reasoning','id':'rs_1','summary':[{'type':'summary_text','text':'Hm'}]},"
                  + "{'type':'mcp_list_tools','id':'mcpl_1'}";
          case "reference" -> "{'type':'item_reference','id':'" + thought + "'}";
          default -> throw new IllegalArgumentException(input);
        };
    String more =
        switch (state) {
          case "nothing", "header" -> "";
          case "unstored" -> ",'store':false";
          case "instructions" -> ",'instructions':'Be brief.'";
          case "empty" -> ",'conversation':'" + empty + "'";
          case "unstored empty" -> ",'store':false,'conversation':'" + empty + "'";
          case "full" -> ",'conversation':'" + full + "'";
          case "unstored full" -> ",'store':false,'conversation':'" + full + "'";
          case "previous" -> ",'previous_response_id':'" + previous + "'";
          default -> throw new IllegalArgumentException(state);
        };
    return "{'model':'m','input':[" + items + "]" + more + "}";
  }

  private RawClient post(String path, String input, String state) {
    return state.equals("header")
        ? service.post(path, body(input, state), "X-Conversation-ID", full)
        : service.post(path, body(input, state));
  }

  @ParameterizedTest
  @CsvSource({
    "none, nothing",
    "none, instructions",
    "none, empty",
    "none, unstored empty",
    "search, nothing",
    "search, unstored",
    "search, empty",
    "search, unstored empty",
    "search, header",
    "thought, nothing",
    "thought, unstored",
    "thought, empty",
    "thought, header",
    "both, nothing",
    "both, empty",
    "reference, header",
  })
  void whatSaysNothing_isRefused_asAnEmptyInputIs(String input, String state) {
    for (String path : List.of("", "/compact", "/input_tokens")) {
      try (RawClient client = post(path, input, state)) {
        RawResponse refused = ResponsesService.whole(client);
        assertEquals(400, refused.status(), path + refused.text());
        var error = refused.json().path("error");
        assertEquals("missing_required_parameter", error.path("code").asText());
        assertEquals(WORDS, error.path("message").asText());
        assertEquals("invalid_request_error", error.path("type").asText());
        assertEquals(true, error.path("param").isNull());
      }
    }
    assertNull(service.chat.upstream.poll(Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({
    "search, instructions, 1",
    "thought, instructions, 1",
    "none, full, 2",
    "none, unstored full, 2",
    "none, previous, 2",
    "search, full, 2",
    "search, unstored full, 2",
    "thought, previous, 2",
    "both, previous, 2",
    "reference, full, 2",
    "reference, previous, 2",
  })
  void whereTheConversationOrInstructionsSaySomething_theUpstreamIsAsked(
      String input, String state, int messages) {
    try (RawClient client = post("", input, state)) {
      Call call = service.call();
      assertEquals(messages, ResponsesService.sent(call).size());
      call.respondJson(200, Completions.completion("B"));
      RawResponse response = ResponsesService.whole(client);
      assertEquals(200, response.status(), response::text);
      assertFalse(response.json().path("output").isEmpty());
    }
  }
}
