package dev.helix.anthropic.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors and whole answers, as they are on the wire. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessagesErrorsTest {
  private static final String HI = MessageServer.talk("Hi");

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

  private static void assertError(int status, String type, RawResponse response) {
    byte[] unused = response.rest(); // What came before is with it in the JSON.
    JsonNode json = response.json();
    assertEquals(status, response.status());
    assertEquals("error", json.path("type").asText());
    assertEquals(type, json.at("/error/type").asText());
    assertTrue(json.at("/error/message").asText().length() > 3, json::toString);
    assertTrue(json.has("request_id") && json.path("request_id").isNull());
  }

  @ParameterizedTest
  @CsvSource({
    "400, 400, invalid_request_error",
    "401, 401, authentication_error",
    "403, 403, permission_error",
    "404, 404, not_found_error",
    "413, 413, request_too_large",
    "422, 422, invalid_request_error",
    "429, 429, rate_limit_error",
    "500, 500, api_error",
    "503, 503, overloaded_error",
    "529, 529, overloaded_error",
  })
  void upstreamsError_isToldInAnthropicsForm(int given, int told, String type) {
    for (String stream : List.of("", ",'stream':true")) {
      try (RawClient client = server.ask("errors", HI + stream)) {
        server
            .chat
            .upstream
            .next()
            .respondJson(
                given, Completions.error("said so", "some_error", "x"), "Retry-After", "7");
        RawResponse response = client.response();
        assertEquals("7", response.header("Retry-After"));
        assertError(told, type, response);
      }
    }
  }

  @Test
  void request_thatCannotBeAsked_isAnInvalidRequest() {
    try (RawClient client = server.post(MessageServer.PATH, "{\"messages\":[]}")) {
      assertError(400, "invalid_request_error", client.response());
    }
    try (RawClient client = server.post(MessageServer.PATH, "{")) {
      assertError(400, "invalid_request_error", client.response());
    }
    try (RawClient client = server.post(MessageServer.PATH + "/count_tokens", "{}")) {
      assertError(400, "invalid_request_error", client.response());
    }
  }

  @Test
  void filtersErrors_areInTheSameForm() {
    try (RawClient client =
        server.post(MessageServer.PATH, MessageServer.body(HI), "X-Conversation-ID", "a\tb")) {
      assertError(400, "invalid_request_error", client.response());
    }
    byte[] large = ("{\"x\":\"" + "x".repeat(2 << 20) + "\"}").getBytes(UTF_8);
    assertError(
        413,
        "request_too_large",
        RawClient.exchange(
            server.chat.url(),
            "POST",
            MessageServer.PATH,
            large,
            "Content-Type",
            "application/json"));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, '', 405, invalid_request_error",
    "DELETE, /count_tokens, 405, invalid_request_error",
    "POST, /batches, 404, not_found_error",
    "GET, /msg_1, 404, not_found_error",
    "POST, '', 415, invalid_request_error",
  })
  void whatIsNotThere_isToldInTheSameForm(String method, String path, int status, String type) {
    assertError(
        status,
        type,
        RawClient.exchange(
            server.chat.url(),
            method,
            MessageServer.PATH + path,
            "x".getBytes(UTF_8),
            "Content-Type",
            "text/plain"));
  }

  @Test
  void wholeAnswer_hasAllThatAMessageHas() {
    JsonNode message =
        server.answered(
            "whole",
            HI + ",'thinking':{'type':'enabled','budget_tokens':1024}",
            "{\"model\":\"up\",\"choices\":[{\"index\":0,\"finish_reason\":\"length\",\"message\":"
                + "{\"role\":\"assistant\",\"content\":\"One\",\"reasoning_content\":\"hm\"}}],"
                + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}");
    assertTrue(message.path("id").asText().matches("msg_[0-9a-f]{32}"));
    ((ObjectNode) message).remove("id");
    assertEquals(
        Json.read(
            ("{'type':'message','role':'assistant','model':'up','content':["
                    + "{'type':'thinking','thinking':'hm','signature':'unsigned'},"
                    + "{'type':'text','text':'One'}],"
                    + "'stop_reason':'max_tokens','stop_sequence':null,"
                    + "'usage':{'input_tokens':5,'cache_creation_input_tokens':0,"
                    + "'cache_read_input_tokens':4,'output_tokens':2}}")
                .replace('\'', '"')
                .getBytes(UTF_8)),
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\\\"a\\\":1}|{\"a\":1}",
        "|{}",
        "ls -l|{\"arguments\":\"ls -l\"}",
        "[1]|{\"arguments\":\"[1]\"}",
        "{\\\"a\\\":|{\"arguments\":\"{\\\"a\\\":\"}",
        "{} {}|{\"arguments\":\"{} {}\"}",
      })
  void arguments_areAnObjectWhateverTheyAre(String arguments, String input) {
    JsonNode message =
        server.answered(
            "arguments",
            HI,
            "{\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"message\":"
                + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\","
                + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\""
                + (arguments == null ? "" : arguments)
                + "\"}}]}}]}");
    assertEquals(input, message.at("/content/0/input").toString());
    assertEquals("tool_use", message.path("stop_reason").asText());
  }

  @Test
  void toolsThatAreLeftOut_areNamedInAHeader() {
    String tools = ",'tools':[{'type':'web_search_20250305','name':'web_search'},{'name':'f'}]";
    try (RawClient client = server.ask("left-out", HI + tools)) {
      Call call = server.chat.upstream.next();
      assertEquals(1, call.request().json().path("tools").size());
      call.respondJson(200, Completions.completion("Hi"));
      assertEquals("web_search_20250305", client.response().header("X-Helix-Tools-Left-Out"));
    }
  }

  @Test
  void countedTokens_areAnEstimate_andNothingIsAskedOrKept() {
    String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello you\"}]}";
    try (RawClient client =
        server.post(
            MessageServer.PATH + "/count_tokens?beta=true", body, "X-Conversation-ID", "n")) {
      assertEquals("{\"input_tokens\":7}", client.response().restText());
    }
    assertTrue(server.stored("n").isEmpty());
  }

  @Test
  void slashAtTheEnd_andAQuery_changeNothing() {
    try (RawClient client =
        server.post(MessageServer.PATH + "/?beta=true", MessageServer.body(HI))) {
      server.chat.upstream.next().respondJson(200, Completions.completion("Hi"));
      assertEquals(200, client.response().status());
    }
  }
}
