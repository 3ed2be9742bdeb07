package dev.helix.openai.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.Message;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a caller is told, and what is stored, of a response that fails. */
class FailedResponsesTest {
  private static final String ASKED = "{\"model\":\"m\"}";
  private static final String NO =
      "{\"error\":{\"message\":\"no\",\"type\":\"server_error\",\"code\":\"x\"}}";

  @TempDir Path folder;
  private ResponseServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ResponseServer(folder);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  /** A stream of which an A comes, and then this. */
  private EventStream stream(Consumer<Call> then) {
    return stream(Completions.delta("A"), then);
  }

  private EventStream stream(String first, Consumer<Call> then) {
    try (RawClient client = server.ask("c", "stream", ASKED)) {
      Call call = server.call();
      call.beginSse();
      call.sse(first);
      then.accept(call);
      RawResponse response = client.response();
      String body = response.restText();
      assertFalse(response.isCut(), "the connection ends well");
      return EventStream.of(body);
    }
  }

  private static final List<String> BROKEN =
      List.of(
          "created",
          "in_progress",
          "+ message",
          "output_text A",
          "- incomplete",
          "error",
          "failed");

  private void assertBroken(EventStream events, String code, String responseCode) {
    assertEquals(BROKEN, events.shown());
    assertEquals(code, events.error().path("code").asText());
    assertEquals(responseCode, events.response().at("/error/code").asText());
    assertEquals(events.error().path("message"), events.response().at("/error/message"));
    assertEquals(events.response(), server.stored("c"));
  }

  @Test
  void anErrorInTheStream_inAnyForm_endsItWell() {
    assertBroken(stream(call -> call.endWith(List.of(NO))), "x", "server_error");
  }

  @Test
  void anErrorEvent_endsItWell() {
    EventStream events =
        stream(
            call -> {
              call.chunk("event: error\ndata: " + NO + "\n\n");
              call.end();
            });
    assertBroken(events, "x", "server_error");
  }

  @Test
  void tooManyRequests_keepTheirCode() {
    String error =
        "{\"error\":{\"message\":\"slowly\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}";
    assertBroken(
        stream(call -> call.endWith(List.of(error))), "rate_limit_exceeded", "rate_limit_exceeded");
  }

  @Test
  void anUpstreamThatBreaksOff_isAFailure() {
    assertBroken(stream(Call::cut), "upstream_broken", "server_error");
  }

  @Test
  void anUpstreamThatEndsBeforeItsFinish_isAFailure() {
    assertBroken(stream(Call::end), "upstream_broken", "server_error");
  }

  @Test
  void dataThatCannotBeRead_isAFailure_thoughTheStreamEndsWell() {
    assertBroken(
        stream(call -> call.endWith(List.of("{\"choices\":", Completions.DONE))),
        "upstream_invalid_response",
        "server_error");
  }

  @Test
  void aStreamWithNothing_isAFailure() {
    try (RawClient client = server.ask("c", "stream", ASKED)) {
      Call call = server.call();
      call.beginSse();
      call.endWith(List.of(Completions.DONE));
      EventStream events = EventStream.of(client.response().restText());
      assertEquals(List.of("created", "in_progress", "error", "failed"), events.shown());
      assertTrue(events.response().path("output").isEmpty());
      assertEquals(events.response(), server.stored("c"));
    }
  }

  @Test
  void callsThatBreakOff_areNotTold_unlessTheyHaveBegun() {
    String first =
        "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":"
            + "{\"name\":\"f\",\"arguments\":\"{\"}},{\"index\":1,\"id\":\"b\",\"function\":"
            + "{\"name\":\"g\",\"arguments\":\"{}\"}}]}}]}";
    EventStream events = stream(first, Call::cut);
    assertEquals(
        List.of(
            "created",
            "in_progress",
            "+ function_call f",
            "function_call_arguments {",
            "- incomplete",
            "error",
            "failed"),
        events.shown());
    assertEquals(events.response(), server.stored("c"));
  }

  @Test
  void anAnswerLongerThanIsKept_fails_andItsUpstreamIsLeft() {
    String much = "a".repeat(300_000);
    try (RawClient client = server.ask("c", "stream", ASKED)) {
      Call call = server.call();
      call.beginSse();
      RawResponse response = client.response();
      for (int i = 0; i < 4; i++) {
        call.sse(Completions.delta(much));
      }
      EventStream events = EventStream.of(response.restText());
      assertTrue(events.shown().containsAll(List.of("- incomplete", "error", "failed")));
      assertEquals("upstream_invalid_response", events.error().path("code").asText());
      assertEquals(events.response(), server.stored("c"));
    }
  }

  @Test
  void aFailureBeforeTheHead_isAPlainError_streamedOrNot() {
    for (String options : List.of("stream", "")) {
      try (RawClient client = server.ask("c", options, ASKED)) {
        server
            .call()
            .respondJson(429, Completions.error("slowly", "requests", "r"), "Retry-After", "7");
        RawResponse response = client.response();
        assertEquals(429, response.status());
        assertEquals("7", response.header("Retry-After"));
        assertEquals("slowly", EventStream.json(response.restText()).at("/error/message").asText());
      }
    }
  }

  @Test
  void aFailureBehindTheHead_isTold_thoughNothingCame() {
    try (RawClient client = server.ask("c", "stream", ASKED)) {
      Call call = server.call();
      RawResponse response = client.response();
      assertTrue(response.event().contains("response.created"));
      call.respondJson(500, Completions.error("no", "server_error", null));
      response.restText();
      EventStream events = EventStream.of(response.text());
      assertEquals(List.of("created", "in_progress", "error", "failed"), events.shown());
      assertEquals("no", events.response().at("/error/message").asText());
    }
  }

  @Test
  void anAnswerThatIsNotStored_isAFailure_thoughItsItemsAreWhole() {
    try (RawClient client = server.ask("c", "stream", ASKED)) {
      Call call = server.call();
      call.beginSse();
      RawResponse response = client.response();
      call.sse(Completions.delta("A"));
      assertTrue(response.event().contains("created"));
      server.chat.breakStore("append");
      call.endWith(List.of(Completions.finish("stop"), Completions.DONE));
      response.restText();
      EventStream events = EventStream.of(response.text());
      assertEquals(
          List.of(
              "created",
              "in_progress",
              "+ message",
              "output_text A",
              "- completed",
              "error",
              "failed"),
          events.shown());
      assertEquals("storage_error", events.error().path("code").asText());
    }
  }

  @Test
  void aCallerWhoLeaves_hasCancelledIt() {
    RawClient client = server.ask("c", "stream", ASKED);
    Call call = server.call();
    call.beginSse();
    call.sse(Completions.delta("A"));
    RawResponse response = client.response();
    while (!response.event().contains("delta")) {
      // Until it has come.
    }
    client.leave();
    String note = server.note();
    assertEquals("cancelled", EventStream.json(note).path("status").asText());
    JsonNode stored =
        ResponseServer.json(
            ResponseObject.stored(
                ResponseServer.noted(
                    Message.parse("{\"role\":\"assistant\",\"content\":\"A\"}".getBytes(UTF_8)),
                    note),
                false));
    assertEquals("cancelled", stored.path("status").asText());
    assertEquals("incomplete", stored.at("/output/0/status").asText());
    assertNull(stored.get("error").textValue());
  }

  @Test
  void aFailureOfOnePiece_isAPlainError() {
    try (RawClient client = server.ask("c", "", ASKED)) {
      Call call = server.call();
      call.beginSse();
      call.sse(Completions.delta("A"));
      call.cut();
      RawResponse response = client.response();
      assertEquals(424, response.status());
      assertEquals(
          "upstream_broken", EventStream.json(response.restText()).at("/error/code").asText());
    }
  }
}
