package dev.helix.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.ScriptedUpstream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Streams of responses in which a server is killed: one that follows a response, and one in a
 * conversation. Used by one thread.
 */
final class KilledResponses implements AutoCloseable {
  private static final String INTERRUPTED =
      "{\"code\":\"server_error\",\"message\":\"The response was interrupted.\"}";

  private final ScriptedUpstream upstream;
  private final String conversation = UUID.randomUUID().toString();
  private final List<RawClient> clients = new ArrayList<>();
  private JsonNode followed;
  private JsonNode named;
  private String following;
  private String inConversation;

  KilledResponses(ScriptedUpstream upstream) {
    this.upstream = upstream;
  }

  /** Two responses that are told whole, and two of which half is. */
  void begin(URI server) {
    followed = whole(server, Json.object().put("input", "One"), "1", List.of("One"));
    named =
        whole(
            server,
            Json.object().put("input", "Un"),
            "une",
            List.of("Un"),
            "X-Conversation-ID",
            conversation);
    following = half(server, "Two", "previous_response_id", followed.path("id").asText());
    inConversation = half(server, "Deux", "conversation", conversation);
  }

  private static RawClient post(URI server, ObjectNode request, String... headers) {
    RawClient client = RawClient.connect(server);
    client.post("/v1/responses", request.put("model", Completions.MODEL).toString(), headers);
    return client;
  }

  private JsonNode whole(
      URI server, ObjectNode request, String answer, List<String> sent, String... headers) {
    try (RawClient client = post(server, request, headers)) {
      Call call = upstream.next();
      List<String> texts = new ArrayList<>();
      call.request().json().path("messages").forEach(m -> texts.add(m.path("content").asText()));
      assertEquals(sent, texts);
      call.respondJson(200, Completions.completion(answer));
      return Json.read(client.response().rest());
    }
  }

  /** A stream that goes on; gives its response's id. */
  private String half(URI server, String question, String field, String value) {
    ObjectNode request = Json.object().put("input", question).put(field, value);
    RawClient client = post(server, request.put("stream", true));
    clients.add(client);
    Call call = upstream.next();
    call.beginSse();
    call.sse(Completions.delta("Half"));
    RawResponse response = client.response();
    String id = Json.read(response.data()).at("/response/id").asText();
    String data = response.data();
    while (!data.contains("\"delta\":\"Half\"")) {
      data = response.data();
    }
    return id;
  }

  private static JsonNode get(URI server, String path) {
    RawResponse response = RawClient.get(server, "/v1/responses/" + path);
    assertEquals(200, response.status(), response::text);
    return response.json();
  }

  /** The questions are there, the responses failed, and the next turns work. */
  void goOn(URI server) {
    assertEquals(followed, get(server, followed.path("id").asText()));
    assertEquals(named, get(server, named.path("id").asText()));
    assertFailed(server, following, "Two");
    String kept = assertFailed(server, inConversation, "Deux");
    ObjectNode third = Json.object().put("input", "Three");
    third.put("previous_response_id", followed.path("id").asText());
    JsonNode next = whole(server, third, "3", List.of("One", "1", "Three"));
    assertEquals(next, get(server, next.path("id").asText()));
    // What had come of an answer is sent, as a chat's is, if any of it was stored.
    List<String> sent = new ArrayList<>(List.of("Un", "une"));
    sent.addAll(kept.isEmpty() ? List.of() : List.of("Deux", kept));
    sent.add("Trois");
    ObjectNode trois = Json.object().put("input", "Trois").put("conversation", conversation);
    next = whole(server, trois, "trois", sent);
    assertEquals(next, get(server, next.path("id").asText()));
  }

  /** Gives what of its text is stored. */
  private static String assertFailed(URI server, String id, String question) {
    JsonNode failed = get(server, id);
    assertEquals("failed", failed.path("status").asText(), failed::toString);
    assertEquals(Json.read(INTERRUPTED), failed.path("error"));
    String text = failed.at("/output/0/content/0/text").asText();
    assertTrue("Half".startsWith(text), text);
    JsonNode asked = get(server, id + "/input_items").path("data");
    assertEquals(1, asked.size(), asked::toString);
    assertEquals(question, asked.at("/0/content/0/text").asText());
    ObjectNode request = Json.object().put("input", "x").put("previous_response_id", id);
    try (RawClient client = post(server, request)) {
      RawResponse refused = client.response();
      refused.rest();
      assertEquals(400, refused.status(), refused::text);
    }
    return text;
  }

  @Override
  public void close() {
    clients.forEach(RawClient::close);
  }
}
