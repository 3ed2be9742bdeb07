package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts and summaries of what would be sent for a response. */
class TriedResponsesTest {
  @TempDir Path folder;
  private ResponsesService service;

  @BeforeEach
  void start() throws Exception {
    service = new ResponsesService(folder);
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
  }

  private int tokens(String body) {
    RawResponse counted = service.told("/input_tokens", body);
    assertEquals(200, counted.status(), counted::text);
    assertEquals("response.input_tokens", counted.json().path("object").asText());
    assertEquals(2, counted.json().size());
    return counted.json().path("input_tokens").asInt();
  }

  private JsonNode compacted(String body, String summary) {
    return service.answered("/compact", body, Completions.completion(summary));
  }

  private static String seal(JsonNode compacted) {
    JsonNode output = compacted.path("output");
    return output.get(output.size() - 1).path("encrypted_content").asText();
  }

  private static List<String> types(JsonNode items) {
    List<String> types = new ArrayList<>();
    items.forEach(item -> types.add(item.path("type").asText()));
    return types;
  }

  @Test
  void tokens_areThoseOfAllThatWouldBeSent_andNobodyIsAsked() {
    String words = "words ".repeat(100);
    int input = tokens("{'input':'" + words + "'}");
    assertEquals(154, input);
    assertEquals(
        input + 4 + 150, tokens("{'input':'" + words + "','instructions':'" + words + "'}"));
    String tools = "[{'type':'function','name':'f','description':'" + words + "'}]";
    int withTools = tokens("{'input':'" + words + "','tools':" + tools + "}");
    assertTrue(withTools > input + 150 && withTools < input + 200, "" + withTools);
    String id = service.said("{'model':'m','input':'" + words + "'}", words).path("id").asText();
    assertEquals(
        2 * input + tokens("{'input':'a'}"),
        tokens("{'input':'a','previous_response_id':'" + id + "'}"));
    assertEquals(2 * input, tokens("{'previous_response_id':'" + id + "'}"));
    JsonNode unused =
        service.said("{'model':'m','input':'" + words + "'}", words, "X-Conversation-ID", "c");
    assertEquals(2 * input, tokens("{'conversation':'c'}"));
    assertEquals(2 * input, tokens("{'conversation':{'id':'c'},'store':true,'stream':true}"));
    assertNull(service.chat.upstream.poll(Duration.ZERO));
    assertEquals(2, service.chat.sessions.list(10).size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "/input_tokens | {} | 400 | missing_required_parameter | -",
        "/input_tokens | {'input':7} | 400 | invalid_type | input",
        "/input_tokens | {'previous_response_id':'resp_x'} | 400 | previous_response_not_found |"
            + " previous_response_id",
        "/compact | {'input':'a'} | 400 | missing_required_parameter | model",
        "/compact | {'model':null,'input':'a'} | 400 | missing_required_parameter | model",
        "/compact | {'model':'m'} | 400 | missing_required_parameter | -",
        "/compact | {'model':'m','input':[]} | 400 | missing_required_parameter | -",
        "/compact | {'model':'m','previous_response_id':'resp_x'} | 400 |"
            + " previous_response_not_found | previous_response_id",
        "/compact | {'model':'m','input':[{'type':'function_call','call_id':'c','name':'f'}]} | 400"
            + " | - | -",
        "/compact | {'model':'m','input':[{'type':'compaction','encrypted_content':'gAAAA'}]} | 400"
            + " | invalid_encrypted_content | input[0].encrypted_content",
        "/compact | [] | 400 | invalid_json | -",
      })
  void whatIsWrong_isToldAsForResponses(
      String path, String body, int status, String code, String param) {
    RawResponse refused = service.told(path, body);
    assertEquals(status, refused.status(), refused::text);
    JsonNode error = refused.json().path("error");
    if (code != null) {
      assertEquals(code, error.path("code").asText(), refused::text);
    }
    if (param != null) {
      assertEquals(param, error.path("param").asText(), refused::text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/input_tokens", "/compact"})
  void onlyPostIsTaken(String path) {
    RawResponse refused = RawClient.get(service.chat.url(), "/v1/responses" + path);
    assertEquals(405, refused.status());
    assertEquals("POST", refused.header("Allow"));
  }

  @Test
  void compact_asksForASummary_andGivesTheUsersWordsAndOneItem() {
    String input =
        "[{'role':'user','content':'My name is Ada.'},{'role':'assistant','content':'Hi Ada.'},"
            + "{'role':'user','content':[{'type':'input_text','text':'Look'},{'type':'input_image','image_url':'data:image/png;base64,AA=='}]}]";
    JsonNode compacted;
    try (RawClient client =
        service.post("/compact", "{'model':'m','instructions':'Be kind.','input':" + input + "}")) {
      Call call = service.call();
      List<String> sent = ResponsesService.sent(call);
      assertEquals(5, sent.size(), sent::toString);
      assertEquals("system:Be kind.", sent.get(0));
      assertEquals("assistant:Hi Ada.", sent.get(2));
      assertTrue(sent.get(4).startsWith("user:Summarize"), sent::toString);
      assertFalse(call.request().json().has("stream"));
      call.respondJson(200, Completions.completion("She is called Ada."));
      RawResponse response = ResponsesService.whole(client);
      assertEquals(200, response.status(), response::text);
      compacted = response.json();
    }
    assertEquals("response.compaction", compacted.path("object").asText());
    assertTrue(compacted.path("id").asText().startsWith("resp_"));
    assertTrue(compacted.path("created_at").isInt());
    assertEquals(3, compacted.at("/usage/total_tokens").asInt());
    assertEquals(0, compacted.at("/usage/input_tokens_details/cached_tokens").asInt(-1));
    assertEquals(List.of("message", "message", "compaction"), types(compacted.path("output")));
    assertEquals("My name is Ada.", compacted.at("/output/0/content/0/text").asText());
    assertEquals("input_image", compacted.at("/output/1/content/1/type").asText());
    assertTrue(compacted.at("/output/2/id").asText().startsWith("cmp_"));
    assertFalse(compacted.toString().contains("called Ada"));
    assertEquals(0, service.chat.sessions.list(10).size());
  }

  @Test
  void whatWasCompacted_isGoneOnFrom_isKept_andComesBackAsAnItem() {
    String id = service.said("{'model':'m','input':'My name is Ada.'}", "Hi").path("id").asText();
    JsonNode compacted =
        compacted("{'model':'m','previous_response_id':'" + id + "'}", "She is called Ada.");
    String window = compacted.path("output").toString().replaceFirst("]$", "");
    JsonNode response;
    try (RawClient client =
        service.post(
            "", "{'model':'m','input':" + window + ",{'role':'user','content':'Who am I?'}]}")) {
      Call call = service.call();
      List<String> sent = ResponsesService.sent(call);
      assertEquals("user:My name is Ada.", sent.get(0));
      assertTrue(sent.get(1).startsWith("user:Summary"), sent::toString);
      assertTrue(sent.get(1).endsWith("She is called Ada."), sent::toString);
      assertEquals("user:Who am I?", sent.get(2));
      assertFalse(call.request().json().toString().contains("compaction"));
      call.respondJson(200, Completions.completion("Ada"));
      response = ResponsesService.whole(client).json();
    }
    String next = response.path("id").asText();
    JsonNode items = service.get("/" + next + "/input_items?order=asc").path("data");
    assertEquals(List.of("message", "compaction", "message"), types(items));
    assertEquals(seal(compacted), items.get(1).path("encrypted_content").asText());
    try (RawClient client =
        service.post(
            "",
            "{'model':'m','previous_response_id':'"
                + next
                + "','input':["
                + items.get(1)
                + ",{'type':'message','role':'user','content':'And?'}]}")) {
      Call call = service.call();
      List<String> sent = ResponsesService.sent(call);
      assertEquals(5, sent.size(), sent::toString);
      call.respondJson(200, Completions.completion("Ada"));
      assertEquals(200, client.response().status());
    }
  }

  @Test
  void aStoredSummary_isReferredTo_asAnyItem() {
    JsonNode compacted = compacted("{'model':'m','input':'My name is Ada.'}", "She is Ada.");
    String item = compacted.path("output").get(1).toString();
    String body = "{'model':'m','input':[" + item + "]}";
    String id = service.said(body, "Hi", "X-Conversation-ID", "c").path("id").asText();
    RawResponse listed =
        RawClient.get(
            service.chat.url(), "/v1/responses/" + id + "/input_items", "X-Conversation-ID", "c");
    JsonNode items = listed.json().path("data");
    assertEquals(List.of("compaction"), types(items));
    String reference = items.get(0).path("id").asText();
    try (RawClient client =
        service.post(
            "",
            "{'model':'m','input':[{'type':'item_reference','id':'" + reference + "'}]}",
            "X-Conversation-ID",
            "c")) {
      Call call = service.call();
      assertTrue(ResponsesService.sent(call).get(0).endsWith("She is Ada."));
      call.respondJson(200, Completions.completion("Hi"));
      String next = ResponsesService.whole(client).json().path("id").asText();
      RawResponse again =
          RawClient.get(
              service.chat.url(),
              "/v1/responses/" + next + "/input_items",
              "X-Conversation-ID",
              "c");
      assertEquals(seal(compacted), again.json().at("/data/0/encrypted_content").asText());
    }
  }

  @Test
  void anEarlierSummary_isPartOfTheNext_andNotGivenBack() {
    String first = seal(compacted("{'model':'m','input':'My name is Ada.'}", "She is Ada."));
    String input =
        "[{'type':'compaction','encrypted_content':'"
            + first
            + "'},{'role':'user','content':'I like tea.'}]";
    try (RawClient client = service.post("/compact", "{'model':'m','input':" + input + "}")) {
      Call call = service.call();
      assertTrue(ResponsesService.sent(call).get(0).endsWith("She is Ada."));
      call.respondJson(200, Completions.completion("Ada likes tea."));
      JsonNode second = ResponsesService.whole(client).json();
      assertEquals(List.of("message", "compaction"), types(second.path("output")));
      assertEquals("I like tea.", second.at("/output/0/content/0/text").asText());
    }
  }

  @Test
  void toolsGoAlong_andAreNotCalled_andTheFormOfAnswersDoesNot() {
    String body =
        "{'model':'m','input':'a','stream':true,'background':true,'tools':[{'type':'function','name':'f'},{'type':'web_search'}],"
            + "'tool_choice':'required','text':{'format':{'type':'json_object'}},'max_output_tokens':100}";
    try (RawClient client = service.post("/compact", body)) {
      Call call = service.call();
      JsonNode sent = call.request().json();
      assertEquals(1, sent.path("tools").size(), sent::toString);
      assertEquals("none", sent.path("tool_choice").asText());
      assertEquals(100, sent.path("max_completion_tokens").asInt());
      assertFalse(sent.has("response_format"));
      assertFalse(sent.has("stream"));
      call.respondJson(200, Completions.completion("b"));
      RawResponse response = ResponsesService.whole(client);
      assertEquals(200, response.status(), response::text);
      assertEquals("web_search", response.header("X-Helix-Tools-Left-Out"));
    }
  }

  @Test
  void whatAToolHasShown_isNotWhatTheUserSaid() {
    String input =
        "[{'role':'user','content':'Draw'},{'type':'function_call','call_id':'c','name':'f'},"
            + "{'type':'function_call_output','call_id':'c','output':[{'type':'input_image','image_url':'u'}]}]";
    JsonNode compacted = compacted("{'model':'m','input':" + input + "}", "A drawing.");
    assertEquals(List.of("message", "compaction"), types(compacted.path("output")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  "})
  void anUpstreamWithoutASummary_isToldAsItsFault(String text) {
    try (RawClient client = service.post("/compact", "{'model':'m','input':'a'}")) {
      service.call().respondJson(200, Completions.completion(text));
      RawResponse refused = ResponsesService.whole(client);
      assertEquals(502, refused.status(), refused::text);
      assertEquals("upstream_invalid_response", refused.json().at("/error/code").asText());
    }
  }

  @Test
  void anUpstreamThatRefuses_isHeard() {
    try (RawClient client = service.post("/compact", "{'model':'m','input':'a'}")) {
      service
          .call()
          .respondJson(429, Completions.error("slow", "rate_limit_error", "x"), "Retry-After", "7");
      RawResponse refused = ResponsesService.whole(client);
      assertEquals(429, refused.status());
      assertEquals("7", refused.header("Retry-After"));
      assertEquals("slow", refused.json().at("/error/message").asText());
    }
  }

  @Test
  void aSummaryThatCameAsAStream_isOneToo() {
    try (RawClient client = service.post("/compact", "{'model':'m','input':'a'}")) {
      Call call = service.call();
      call.beginSse();
      Completions.chunks("She ", "is Ada.").forEach(call::sse);
      call.end();
      JsonNode compacted = ResponsesService.whole(client).json();
      assertEquals(List.of("message", "compaction"), types(compacted.path("output")));
    }
  }
}
