package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An upstream that sends what no upstream should: every turn has one ending all the same. */
@Check("upstreams that fail")
interface OddUpstreamCases extends Fixture {
  @Test
  default void upstreamSendsAnErrorEventAndDies_theCallerHearsOneError_theAnswerIsFailed() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Will it work?")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Well"));
      RawResponse response = client.response();
      Talk.hears(response, "Well");
      call.sse(Completions.error("no more memory", "server_error", "oom"));
      JsonNode error = Talk.hearsErrorAtTheEnd(response);
      assertEquals("no more memory", error.path("message").asText());
      call.awaitClosedByPeer(Duration.ofSeconds(5));
      assertEquals(1, response.text().split("\"error\"", -1).length - 1, response::text);
    }
    talk.stored().await("a failed answer", s -> s.answers("failed").equals(List.of("Well")));
  }

  @Test
  default void errorEventWithoutItsLineEnd_isEndedForTheCaller() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("And this?")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.chunk("data: " + Completions.error("gone", "server_error", "gone"));
      call.end();
      RawResponse response = client.response();
      assertEquals("gone", Talk.hearsErrorAtTheEnd(response).path("message").asText());
      assertTrue(response.text().endsWith("\n\n"), response::text);
    }
  }

  @Test
  default void answersWithoutARole_areKept_streamedAndWhole() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().stream("Who are you?")) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      call.sse(
          "{\"choices\":[{\"index\":0,\"delta\":{\"role\":null,\"content\":\"Nobody\"},\"finish_reason\":\"stop\"}]}");
      call.sse(Completions.DONE);
      call.end();
      assertTrue(client.response().restText().contains(Completions.DONE));
    }
    talk.http().heard("Nobody");
    try (RawClient client = talk.http().ask("Really?")) {
      endpoint
          .upstream()
          .next()
          .respondJson(
              200,
              "{\"choices\":[{\"message\":{\"role\":null,\"content\":\"Really\"},\"finish_reason\":\"stop\"}]}");
      assertTrue(client.response().restText().contains("Really"));
    }
    assertEquals(List.of("Nobody", "Really"), talk.stored().answers("completed"));
  }

  @Test
  default void aBodyLongerThanIsKept_thatBreaksOff_endsThere_andTheQuestionIsKept() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    String begun =
        "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"data:image/png;base64,"
            + "A".repeat(UpstreamForms.REPLY + 100_000);
    try (RawClient client = talk.http().ask("Draw me something")) {
      Call call = endpoint.upstream().next();
      call.raw(
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
              + (begun.length() + 100)
              + "\r\n\r\n"
              + begun);
      RawResponse response = client.response();
      assertEquals(200, response.status());
      String first = new String(response.some(), StandardCharsets.UTF_8);
      assertTrue(begun.startsWith(first), first);
      call.cut();
      response.rest();
      assertTrue(begun.startsWith(response.text()));
      assertEquals(cutsConnections(), response.isCut());
    }
    assertEquals(List.of("user:Draw me something"), talk.stored().said());
  }

  @Test
  default void aStatusThatHttpDoesNotHave_is502() {
    Endpoint endpoint = usual();
    Talk talk = endpoint.talk();
    try (RawClient client = talk.http().ask("Status?")) {
      endpoint.upstream().next().respondJson(799, "{}");
      Errors.check(502, client.response());
    }
    assertFalse(talk.stored().exists());
  }

  @Test
  default void callerWhoLeavesAfterAnEarlierTurn_stillClosesTheUpstream() {
    Endpoint endpoint = usual();
    List<Call> left = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Talk talk = endpoint.talk();
      talk.whole("Warm up", "warm");
      try (RawClient client = talk.http().stream("Never end")) {
        Call call = endpoint.upstream().next();
        call.beginSse();
        call.sse(Completions.delta("on"));
        Talk.hears(client.response(), "on");
        client.leave();
        left.add(call);
      }
    }
    left.forEach(call -> call.awaitClosedByPeer(Duration.ofSeconds(15)));
  }
}
