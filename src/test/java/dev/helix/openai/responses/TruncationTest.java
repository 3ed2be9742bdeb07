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

/** Responses whose conversation is longer than the model can read. */
class TruncationTest {
  private static final String TOO_LONG =
      "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size, try"
          + " increasing it\",\"type\":\"exceed_context_size_error\"}}";

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

  /** The id of a response behind so many turns. */
  private String after(int turns) {
    String id = null;
    for (int i = 1; i <= turns; i++) {
      String follows = id == null ? "" : ",'previous_response_id':'" + id + "'";
      id =
          service
              .said("{'model':'m','input':'q" + i + "'" + follows + "}", "a" + i)
              .path("id")
              .asText();
    }
    return id;
  }

  private static String asks(String previous, String more) {
    return "{'model':'m','input':'q','instructions':'i','previous_response_id':'"
        + previous
        + "'"
        + more
        + "}";
  }

  @Test
  void auto_asksAgainWithoutTheOldestTurns_andKeepsAllOfThem() {
    String previous = after(2);
    try (RawClient client = service.post("", asks(previous, ",'truncation':'auto'"))) {
      Call whole = service.call();
      assertEquals(
          List.of("system:i", "user:q1", "assistant:a1", "user:q2", "assistant:a2", "user:q"),
          ResponsesService.sent(whole));
      whole.respondJson(400, TOO_LONG);
      Call shorter = service.call();
      assertEquals(
          List.of("system:i", "user:q2", "assistant:a2", "user:q"), ResponsesService.sent(shorter));
      shorter.respondJson(200, Completions.completion("a"));
      RawResponse response = ResponsesService.whole(client);
      assertEquals(200, response.status(), response::text);
      assertEquals("auto", response.json().path("truncation").asText());
      JsonNode next = service.get("/" + response.json().path("id").asText() + "/input_items");
      assertEquals("q", next.at("/data/0/content/0/text").asText());
      try (RawClient following = service.post("", asks(response.json().path("id").asText(), ""))) {
        Call call = service.call();
        assertEquals(8, ResponsesService.sent(call).size());
        call.respondJson(200, Completions.completion("b"));
        assertEquals(200, following.response().status());
      }
    }
  }

  @Test
  void aStream_isAskedForAgainToo_andIsOne() {
    String previous = after(1);
    try (RawClient client =
        service.post("", asks(previous, ",'truncation':'auto','stream':true"))) {
      service.call().respondJson(400, TOO_LONG);
      Call shorter = service.call();
      assertEquals(List.of("system:i", "user:q"), ResponsesService.sent(shorter));
      shorter.beginSse();
      Completions.chunks("a", "b").forEach(shorter::sse);
      shorter.end();
      RawResponse response = client.response();
      String events = response.restText();
      assertEquals(200, response.status());
      assertTrue(events.contains("response.completed"), events);
      assertTrue(!events.contains("response.failed"), events);
    }
  }

  @Test
  void storeFalse_isCutToo() {
    String input =
        "[{'role':'user','content':'q1'},{'role':'assistant','content':'a1'},"
            + "{'role':'user','content':'q'}]";
    try (RawClient client =
        service.post("", "{'model':'m','store':false,'truncation':'auto','input':" + input + "}")) {
      service.call().respondJson(400, TOO_LONG);
      Call shorter = service.call();
      assertEquals(List.of("user:q"), ResponsesService.sent(shorter));
      shorter.respondJson(200, Completions.completion("a"));
      assertEquals(200, client.response().status());
    }
    String previous = after(1);
    try (RawClient client =
        service.post("", asks(previous, ",'store':false,'truncation':'auto'"))) {
      assertEquals(4, ResponsesService.sent(respondTooLong()).size());
      Call shorter = service.call();
      assertEquals(List.of("system:i", "user:q"), ResponsesService.sent(shorter));
      shorter.respondJson(200, Completions.completion("a"));
      assertEquals(200, client.response().status());
    }
  }

  private Call respondTooLong() {
    Call call = service.call();
    call.respondJson(400, TOO_LONG);
    return call;
  }

  @Test
  void whereNothingIsLeftToLeaveOut_theUpstreamsRefusalIsTold() {
    String previous = after(1);
    try (RawClient client = service.post("", asks(previous, ",'truncation':'auto'"))) {
      respondTooLong();
      respondTooLong();
      RawResponse refused = ResponsesService.whole(client);
      assertEquals(400, refused.status());
      assertEquals(
          "exceed_context_size_error", refused.json().at("/error/type").asText(), refused::text);
    }
    assertNull(service.chat.upstream.poll(Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "disabled | 400 | context_length_exceeded",
        "auto | 400 | invalid_prompt",
        "auto | 429 | context_length_exceeded",
        "auto | 503 | context_length_exceeded",
      })
  void whatIsNoSuchRefusal_orIsNotToBeMended_isTold(String truncation, int status, String code) {
    String previous = after(1);
    try (RawClient client =
        service.post("", asks(previous, ",'truncation':'" + truncation + "'"))) {
      service.call().respondJson(status, Completions.error("no", "invalid_request_error", code));
      RawResponse refused = ResponsesService.whole(client);
      assertEquals(status, refused.status());
      assertEquals(code, refused.json().at("/error/code").asText(), refused::text);
    }
    assertNull(service.chat.upstream.poll(Duration.ZERO));
  }

  @Test
  void anErrorThatIsTooLongToBeARefusal_isToldAsItIs() {
    String previous = after(1);
    try (RawClient client = service.post("", asks(previous, ",'truncation':'auto'"))) {
      String words = "context length " + "x".repeat(200_000);
      service.call().respondJson(400, Completions.error(words, "invalid_request_error", null));
      RawResponse refused = ResponsesService.whole(client);
      assertEquals(400, refused.status());
      assertTrue(refused.text().contains("context length xxx"), "the words of the upstream");
    }
    assertNull(service.chat.upstream.poll(Duration.ZERO));
  }

  @Test
  void aSecondTryThatBreaks_isTold() {
    String previous = after(1);
    try (RawClient client = service.post("", asks(previous, ",'truncation':'auto'"))) {
      respondTooLong();
      Call second = service.call();
      second.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{");
      second.cut();
      RawResponse refused = ResponsesService.whole(client);
      assertEquals(424, refused.status(), refused::text);
      assertEquals("upstream_broken", refused.json().at("/error/code").asText(), refused::text);
    }
  }

  @Test
  void aCallerWhoLeavesDuringTheSecondTry_endsIt() {
    String previous = after(1);
    try (RawClient client =
        service.post("", asks(previous, ",'truncation':'auto','stream':true"))) {
      respondTooLong();
      Call second = service.call();
      second.beginSse();
      second.sse(Completions.delta("a"));
      client.response().event();
      client.leave();
      second.awaitClosedByPeer(Duration.ofSeconds(20));
    }
  }
}
