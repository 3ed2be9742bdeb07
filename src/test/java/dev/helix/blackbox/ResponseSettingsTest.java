package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.LoggedLines;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What settings change of responses. */
class ResponseSettingsTest {
  private static final String NAMED = "X-Conversation-ID";

  @TempDir Path folder;
  private WholeApplication application;
  private Call call;

  private void start(Map<String, String> settings) throws Exception {
    application = new WholeApplication(folder.resolve("s"), settings);
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  private static ObjectNode asks(String json) {
    ObjectNode asked = Json.object().put("model", "m").put("input", "Hi");
    asked.setAll((ObjectNode) Json.read(json.replace('\'', '"')));
    return asked;
  }

  private RawResponse respond(ObjectNode asked, String answer, String... headers) {
    try (RawClient client = RawClient.connect(application.url())) {
      client.post(Responder.PATH, asked.toString(), headers);
      call = application.upstream().next();
      call.respondJson(200, answer);
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status());
      return response;
    }
  }

  private RawResponse refused(ObjectNode asked) {
    try (RawClient client = RawClient.connect(application.url())) {
      client.post(Responder.PATH, asked.toString());
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  private RawResponse get(String id) {
    return RawClient.exchange(application.url(), "GET", Responder.PATH + "/" + id, new byte[0]);
  }

  private List<String> sessions() throws IOException {
    try (Stream<Path> folders = Files.list(folder.resolve("s"))) {
      return folders
          .map(each -> each.getFileName().toString())
          .filter(n -> n.contains("-"))
          .toList();
    }
  }

  private String log(String session) throws IOException {
    return Files.readString(folder.resolve("s/" + session + "/context/messages.json"));
  }

  @Test
  void mostTokens_areNamedAsOldServersKnowThem() throws Exception {
    start(Map.of("helix.responses.max-tokens", "true"));
    respond(
        asks("{'max_output_tokens':99,'max_completion_tokens':7}"), Completions.completion("1"));
    assertEquals(99, call.request().json().path("max_tokens").asInt());
    assertFalse(call.request().json().has("max_completion_tokens"));
  }

  @Test
  void reasoning_isToldAsItIs_alsoWhenItIsReadAgain() throws Exception {
    start(Map.of("helix.responses.raw-reasoning", "true"));
    try (RawClient client = RawClient.connect(application.url())) {
      client.post(Responder.PATH, asks("{'stream':true}").toString());
      Call streamed = application.upstream().next();
      streamed.beginSse();
      streamed.sse("{\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm.\"}}]}");
      Completions.chunks("Yes").forEach(streamed::sse);
      streamed.end();
      String body = client.response().restText();
      assertTrue(body.contains("event: response.reasoning_text.delta"), body);
      assertFalse(body.contains("reasoning_summary"), body);
      List<JsonNode> events = Responder.events(body);
      JsonNode told = events.get(events.size() - 1).path("response");
      assertEquals("Hm.", told.at("/output/0/content/0/text").asText());
      assertEquals(told, get(told.path("id").asText()).json());
    }
  }

  @Test
  void toolsThatWouldBeRefused_areLeftOut_andToldOnceInTheLog() throws Exception {
    start(Map.of("helix.responses.leave-out-tools", "true"));
    String tools =
        "{'tools':[{'type':'mcp','server_label':'x'},{'type':'computer_use_preview'},"
            + "{'type':'function','name':'f'}]}";
    try (LoggedLines log = LoggedLines.of("dev.helix.openai.responses.LeftOutTools")) {
      for (int i = 0; i < 3; i++) {
        RawResponse told = respond(asks(tools), Completions.completion("1"));
        assertEquals("mcp, computer", told.header("X-Helix-Tools-Left-Out"));
        assertEquals(3, told.json().path("tools").size());
        assertEquals(1, call.request().json().path("tools").size());
      }
      assertEquals(2, log.all().size(), () -> "" + log.all());
      assertTrue(log.all().get(0).contains("mcp"), () -> "" + log.all());
    }
    Errors.check(400, "invalid_value", refused(asks("{'tools':[{'type':'teleport'}]}")));
  }

  @Test
  void unstored_isRecordedInTheConversationThatAHeaderNames_andItsIdIsUnknown() throws Exception {
    start(Map.of("helix.responses.record-unstored", "true"));
    ObjectNode asked = asks("{'store':false,'instructions':'Be kind.'}");
    RawResponse told = respond(asked, Completions.completion("Hello"), NAMED, "codex");
    assertEquals("conv-codex", told.header("X-Session-ID"));
    assertFalse(told.json().path("store").asBoolean());
    String id = told.json().path("id").asText();
    assertEquals(404, get(id).status());
    String log = log("conv-codex");
    assertTrue(log.contains("\"Hi\"") && log.contains("\"Hello\""), log);
    assertFalse(log.contains("\"response\"") || log.contains("Be kind") || log.contains(id), log);
    Errors.check(
        400, "previous_response_not_found", refused(asks("{'previous_response_id':'" + id + "'}")));
    ObjectNode resent = asks("{'store':false,'input':[]}");
    resent.withArray("input").addObject().put("role", "user").put("content", "Hi");
    resent.withArray("input").addObject().put("role", "assistant").put("content", "Hello");
    resent.withArray("input").addObject().put("role", "user").put("content", "On");
    respond(resent, Completions.completion("Then"), NAMED, "codex");
    assertEquals(4, Json.read(log("conv-codex")).size(), log("conv-codex"));
    // What names nothing, or no header names, is kept nowhere.
    assertNull(respond(asked, Completions.completion("1")).header("X-Session-ID"));
    respond(asks("{'store':false,'conversation':'codex'}"), Completions.completion("1"));
    assertEquals(List.of("conv-codex"), sessions());
    assertEquals(4, Json.read(log("conv-codex")).size());
  }

  @Test
  void unstored_isRecordedNowhere_unlessThatIsSet() throws Exception {
    start(Map.of());
    respond(asks("{'store':false}"), Completions.completion("Hello"), NAMED, "codex");
    assertEquals(List.of(), sessions());
  }

  @Test
  void whatIsTried_isOfTheStoredConversation_alsoWhereUnstoredIsRecorded() throws Exception {
    start(Map.of("helix.responses.record-unstored", "true"));
    respond(asks("{}"), Completions.completion("Hello"), NAMED, "codex");
    String before = log("conv-codex");
    String[] stored = {NAMED, "codex", "X-Conversation-History", "stored"};
    try (RawClient client = RawClient.connect(application.url())) {
      client.post(Responder.PATH + "/compact", asks("{}").toString(), stored);
      call = application.upstream().next();
      assertEquals(4, call.request().json().path("messages").size());
      call.respondJson(200, Completions.completion("They greet."));
      RawResponse response = client.response();
      response.rest();
      assertEquals(3, response.json().path("output").size(), response::text);
      client.post(Responder.PATH + "/input_tokens", asks("{}").toString(), stored);
      RawResponse counted = client.response();
      counted.rest();
      assertEquals(15, counted.json().path("input_tokens").asInt(), counted::text);
    }
    assertEquals(before, log("conv-codex"));
  }
}
