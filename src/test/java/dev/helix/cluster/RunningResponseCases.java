package dev.helix.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What two servers on one store promise of responses that one of them answers. */
interface RunningResponseCases {
  String PATH = "/v1/responses";

  /** The store and the servers, the same ones each time. */
  Cluster cluster();

  private static ObjectNode asks(String input, boolean background) {
    return Json.object()
        .put("model", Completions.MODEL)
        .put("input", input)
        .put("stream", true)
        .put("background", background);
  }

  private static RawClient post(ClusterServer server, ObjectNode body) {
    RawClient client = RawClient.connect(server.url());
    client.post(PATH, body.toString());
    return client;
  }

  private static RawResponse call(ClusterServer server, String method, String path) {
    return RawClient.exchange(server.url(), method, PATH + "/" + path, new byte[0]);
  }

  private static String status(ClusterServer server, String id) {
    return call(server, "GET", id).json().path("status").asText();
  }

  /** The id that the first event of a stream tells. */
  private static String id(RawResponse stream) {
    return Json.read(stream.data().getBytes(UTF_8)).at("/response/id").asText();
  }

  private static String finished(ClusterServer server, String input, String words) {
    try (RawClient client = post(server, asks(input, false))) {
      answer(server.upstream().next(), words);
      RawResponse response = client.response();
      String id = id(response);
      assertTrue(response.restText().endsWith("data: [DONE]\n\n"));
      return id;
    }
  }

  private static void answer(Call call, String... words) {
    call.beginSse();
    Completions.chunks(words).forEach(call::sse);
    call.end();
  }

  @Test
  default void responseThatOneServerAnswers_isInProgressOnTheOther_backgroundOrNot_forkOrNot() {
    ClusterServer here = cluster().here();
    ClusterServer there = cluster().there();
    String first = finished(here, "One", "1");
    for (boolean background : new boolean[] {false, true}) {
      for (boolean fork : new boolean[] {false, true}) {
        ObjectNode asked = asks("Two", background);
        if (fork) {
          asked.put("previous_response_id", first);
        }
        try (RawClient client = post(here, asked)) {
          Call call = here.upstream().next();
          call.beginSse();
          call.sse(Completions.delta("Half"));
          RawResponse response = client.response();
          String id = id(response);
          assertEquals("in_progress", status(there, id));
          if (fork && !background) {
            assertNull(here.upstream().poll(ClusterServer.LEASE.plusMillis(500)));
            assertEquals("in_progress", status(there, id), "it is renewed");
          }
          call.endWith(List.of(Completions.finish("stop"), Completions.DONE));
          assertTrue(response.restText().endsWith("data: [DONE]\n\n"));
          assertEquals("completed", status(there, id));
        }
      }
    }
  }

  @Test
  default void responseIsCancelled_andHeard_onTheServerThatDoesNotAnswerIt() {
    ClusterServer here = cluster().here();
    ClusterServer there = cluster().there();
    try (RawClient client = post(here, asks("One", true));
        RawClient reader = RawClient.connect(there.url())) {
      Call call = here.upstream().next();
      call.beginSse();
      call.sse(Completions.delta("Half"));
      RawResponse response = client.response();
      String id = id(response);
      for (String event = response.event(); !event.contains("Half"); event = response.event()) {
        // Until it has come.
      }
      reader.request("GET", PATH + "/" + id + "?stream=true&starting_after=4", new byte[0]);
      assertEquals(200, reader.response().status());
      JsonNode cancelled = call(there, "POST", id + "/cancel").json();
      assertEquals("cancelled", cancelled.path("status").asText(), cancelled::toString);
      call.awaitClosedByPeer(Duration.ofSeconds(5));
      assertTrue(response.restText().contains("response.cancelled"));
      assertEquals(cancelled, call(here, "GET", id).json());
      assertEquals(cancelled, call(here, "POST", id + "/cancel").json());
    }
  }

  @Test
  default void streamOfTheOtherServersResponse_comesWhenItHasItsEnd() {
    ClusterServer here = cluster().here();
    ClusterServer there = cluster().there();
    try (RawClient client = post(here, asks("One", true));
        RawClient reader = RawClient.connect(there.url())) {
      Call call = here.upstream().next();
      String id = id(client.response());
      reader.request("GET", PATH + "/" + id + "?stream=true", new byte[0]);
      RawResponse heard = reader.response();
      assertEquals(": waiting\n", heard.line());
      answer(call, "All ", "of it");
      String rest = heard.restText();
      assertTrue(rest.contains("\"delta\":\"All of it\""), rest);
      assertTrue(rest.contains("event: response.completed"), rest);
      assertTrue(rest.endsWith("data: [DONE]\n\n"), rest);
    }
  }

  @Test
  default void serverThatAnswersIsKilled_theResponseHasFailed_whenTheLeaseHasRunOut() {
    ClusterServer here = cluster().here();
    ClusterServer there = cluster().there();
    try (RawClient client = post(here, asks("One", true));
        RawClient reader = RawClient.connect(there.url())) {
      Call call = here.upstream().next();
      call.beginSse();
      RawResponse response = client.response();
      String id = id(response);
      assertEquals("in_progress", status(there, id));
      reader.request("GET", PATH + "/" + id + "?stream=true", new byte[0]);
      here.kill();
      try {
        String heard = reader.response().restText();
        assertTrue(heard.contains("event: response.failed"), heard);
        JsonNode failed = call(there, "GET", id).json();
        assertEquals("failed", failed.path("status").asText());
        assertEquals("server_error", failed.at("/error/code").asText());
        assertEquals(failed, call(there, "POST", id + "/cancel").json());
      } finally {
        here.start();
      }
    }
  }
}
