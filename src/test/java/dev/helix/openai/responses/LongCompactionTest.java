package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Summaries of conversations that are longer than the model can read. */
class LongCompactionTest {
  private static final String TOO_LONG =
      Completions.error("too long", "invalid_request_error", "context_length_exceeded");

  /** What the model reads at most, in characters of the request's body. */
  private static final int MOST = 20_000;

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

  private static String words(int characters) {
    return "words ".repeat(characters / 6);
  }

  /** A conversation of this shape, as items, of 200,000 characters. */
  private static String items(String shape) {
    StringBuilder items = new StringBuilder("{'role':'user','content':'My name is Ada.'}");
    int rounds = shape.equals("a large output") ? 1 : 40;
    for (int i = 0; i < rounds; i++) {
      String said = words(200_000 / rounds);
      switch (shape) {
        case "turns" ->
            items
                .append(",{'role':'assistant','content':'" + said + "'}")
                .append(",{'role':'user','content':'Go on " + i + "'}");
        case "calls", "a large output" ->
            items
                .append(
                    ",{'type':'function_call','call_id':'c" + i + "','name':'f','arguments':'{}'}")
                .append(
                    ",{'type':'function_call_output','call_id':'c"
                        + i
                        + "','output':'"
                        + said
                        + "'}");
        default ->
            items
                .append(
                    ",{'type':'function_call','call_id':'c"
                        + i
                        + "','name':'f','arguments':'{\\'a\\':\\'"
                        + said
                        + "\\'}'}")
                .append(",{'type':'function_call_output','call_id':'c" + i + "','output':'R'}");
      }
    }
    return items.toString();
  }

  /** Answers as a model that reads so much. */
  private Call answerAsShortModel(String summary) {
    for (int tries = 1; ; tries++) {
      assertTrue(tries < 12, "it asks for ever");
      Call call = service.call();
      if (call.request().body().length <= MOST) {
        call.respondJson(200, Completions.completion(summary));
        return call;
      }
      call.respondJson(400, TOO_LONG);
    }
  }

  @ParameterizedTest
  @CsvSource({"turns", "calls", "large arguments", "a large output"})
  void whatIsTooLong_isSummarised_withItsOldestPartShortened(String shape) {
    String body = "{'model':'m','instructions':'Be kind.','input':[" + items(shape) + "]}";
    try (RawClient client = service.post("/compact", body)) {
      Call call = answerAsShortModel("She is Ada.");
      List<String> sent = ResponsesService.sent(call);
      assertEquals("system:Be kind.", sent.get(0));
      assertTrue(sent.get(sent.size() - 1).startsWith("user:Summarize"), "the question is whole");
      assertTrue(call.request().body().length > MOST / 8, "as much as there is room for");
      assertCallsHaveResults(call.request().json().path("messages"));
      RawResponse response = ResponsesService.whole(client);
      assertEquals(200, response.status(), response::text);
      JsonNode output = response.json().path("output");
      assertEquals("compaction", output.get(output.size() - 1).path("type").asText());
      assertEquals("My name is Ada.", output.at("/0/content/0/text").asText());
    }
    assertEquals(0, service.chat.sessions.list(10).size());
  }

  /** As chat servers want it. */
  private static void assertCallsHaveResults(JsonNode messages) {
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).path("role").asText().equals("tool")) {
        JsonNode before = messages.get(i - 1);
        assertEquals(
            messages.get(i).path("tool_call_id").asText(),
            before.at("/tool_calls/0/id").asText(),
            before::toString);
      }
      if (messages.get(i).has("tool_calls")) {
        assertEquals("tool", messages.get(i + 1).path("role").asText());
      }
    }
  }

  @Test
  void whatIsStored_isShortenedToo() {
    String id =
        service
            .said("{'model':'m','input':'" + words(30_000) + "'}", words(30_000))
            .path("id")
            .asText();
    String next =
        service
            .said("{'model':'m','input':'And?','previous_response_id':'" + id + "'}", "The last.")
            .path("id")
            .asText();
    String body = "{'model':'m','previous_response_id':'" + next + "'}";
    try (RawClient client = service.post("/compact", body)) {
      Call call = answerAsShortModel("Words.");
      List<String> sent = ResponsesService.sent(call);
      assertTrue(sent.contains("assistant:The last."), sent::toString);
      assertEquals(200, client.response().status());
    }
  }

  /** Where even the least is too long, and where it is refused for something else. */
  @ParameterizedTest
  @CsvSource({"context_length_exceeded, 9", "invalid_prompt, 1"})
  void whatCannotBeMended_isTold(String code, int tries) {
    String body = "{'model':'m','input':[" + items("turns") + "]}";
    try (RawClient client = service.post("/compact", body)) {
      for (int i = 0; i < tries; i++) {
        service.call().respondJson(400, Completions.error("no", "invalid_request_error", code));
      }
      RawResponse refused = ResponsesService.whole(client);
      assertEquals(400, refused.status());
      assertEquals(code, refused.json().at("/error/code").asText());
    }
    assertNull(service.chat.upstream.poll(Duration.ZERO));
  }

  /** Nobody is asked how long it is. */
  @Test
  void aCount_isNoShorter() {
    String body = "{'input':[" + items("turns") + "]}";
    RawResponse counted = service.told("/input_tokens", body);
    assertEquals(200, counted.status(), counted::text);
    assertTrue(counted.json().path("input_tokens").asInt() > 49_000, counted::text);
    assertNull(service.chat.upstream.poll(Duration.ZERO));
  }
}
