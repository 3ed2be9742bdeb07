package dev.helix.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.message.Message;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.Request;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What two servers on one store promise of responses. */
interface ClusterResponseCases {
  int TURNS = 16;

  /** The store and the servers, the same ones each time. */
  Cluster cluster();

  private List<ClusterServer> servers() {
    return List.of(cluster().here(), cluster().there());
  }

  /** Has each question answered with what it was; gives what was sent, as texts. */
  private List<List<String>> answerAll() {
    List<List<String>> asked = Collections.synchronizedList(new ArrayList<>());
    for (ClusterServer server : servers()) {
      server
          .upstream()
          .answerAlways(request -> request.method().equals("POST") ? answer(asked, request) : null);
    }
    return asked;
  }

  private static Reply answer(List<List<String>> asked, Request request) {
    List<String> texts = new ArrayList<>();
    request.json().path("messages").forEach(each -> texts.add(each.path("content").asText()));
    asked.add(texts);
    String last = request.lastMessage();
    return request.json().path("stream").asBoolean()
        ? Reply.sse(Completions.chunks("to ", last))
        : Reply.json(200, Completions.completion("to " + last));
  }

  private static ObjectNode asks(String input, boolean stream) {
    return Json.object().put("input", input).put("stream", stream);
  }

  /** The response that was told; of a stream when its end came, before its last line. */
  private static JsonNode told(RawResponse response) {
    if (response.header("Content-Type").startsWith("application/json")) {
      return Json.read(response.rest());
    }
    JsonNode event = Json.read(response.data());
    while (!event.path("type").asText().equals("response.completed")) {
      event = Json.read(response.data());
    }
    return event.path("response");
  }

  private static void assertThere(JsonNode told, ClusterServer server) {
    RawResponse stored = RawClient.get(server.url(), "/v1/responses/" + told.path("id").asText());
    assertEquals(200, stored.status(), stored::text);
    assertEquals(told, stored.json());
  }

  @Test
  default void sixteenTurnsOfOneConversation_atBothServersAtOnce_eachSeesAllBeforeIt() {
    List<List<String>> asked = answerAll();
    try {
      String id = UUID.randomUUID().toString();
      try (RawClient first = cluster().here().ask(id, "q")) {
        first.response().rest();
      }
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < TURNS; i++) {
        ObjectNode request = asks("Q" + i, i % 4 < 2).put("conversation", id);
        clients.add(servers().get(i % 2).respond(request));
      }
      for (int i = 0; i < TURNS; i++) {
        try (RawClient client = clients.get(i)) {
          JsonNode told = told(client.response());
          assertEquals("to Q" + i, told.at("/output/0/content/0/text").asText(), told::toString);
          assertThere(told, servers().get((i + 1) % 2));
        }
      }
      asked.sort(Comparator.comparing(List::size));
      List<String> before = new ArrayList<>();
      for (List<String> each : asked) {
        assertEquals(before, each.subList(0, each.size() - 1));
        before = new ArrayList<>(each);
        before.add("to " + each.get(each.size() - 1));
      }
      try (SessionManager sessions = cluster().store().look()) {
        List<Message> path = sessions.transcript(new SessionId("conv-" + id)).currentPath();
        assertEquals(before, path.stream().map(Message::text).toList());
        assertEquals(2 + 2 * TURNS, before.size());
      }
    } finally {
      servers().forEach(server -> server.upstream().forget());
    }
  }

  @Test
  default void response_isThereAtTheOtherServer_asSoonAsItsEndIsTold_andIsFollowedThere() {
    answerAll();
    try {
      JsonNode last = null;
      for (int i = 0; i < 40; i++) {
        ObjectNode request = asks("Q" + i, i % 3 == 0);
        if (i % 10 > 0) {
          request.put("previous_response_id", last.path("id").asText());
        }
        try (RawClient client = servers().get(i % 2).respond(request)) {
          last = told(client.response());
          assertThere(last, servers().get((i + 1) % 2));
          assertThere(last, servers().get(i % 2));
        }
      }
    } finally {
      servers().forEach(server -> server.upstream().forget());
    }
  }
}
