package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.UserToken;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Anthropic's Messages, and the sessions that they are in. */
@Check("messages")
interface MessagesCases extends Fixture {
  String MESSAGES = "/v1/messages";

  private static ObjectNode asks(String... texts) {
    ObjectNode body = Json.object().put("model", "m").put("max_tokens", 100);
    ArrayNode messages = body.putArray("messages");
    for (int i = 0; i < texts.length; i++) {
      messages.add(Json.message(i % 2 == 0 ? "user" : "assistant", texts[i]));
    }
    return body;
  }

  private static RawClient post(Endpoint endpoint, ObjectNode body, String... headers) {
    RawClient client = RawClient.connect(endpoint.url());
    client.post(MESSAGES + "?beta=true", body.toString(), headers);
    return client;
  }

  private static void assertError(int status, String type, RawResponse response) {
    byte[] unused = response.rest(); // What came before is with it in the text.
    assertEquals(status, response.status(), response::text);
    assertEquals("error", response.json().path("type").asText(), response::text);
    assertEquals(type, response.json().at("/error/type").asText());
  }

  @Test
  default void messages_areTheConversationThatIsResent_andNothingIsStoredTwice() {
    Endpoint endpoint = usual();
    String id = Endpoint.freshId();
    try (RawClient client = post(endpoint, asks("Hello"), "X-Conversation-ID", id)) {
      Call call = endpoint.upstream().next();
      assertEquals("Bearer " + Endpoint.OWN_KEY, call.request().header("Authorization"));
      call.respondJson(200, Completions.completion("Hi there"));
      JsonNode message = Json.read(client.response().rest());
      assertEquals("message", message.path("type").asText(), message::toString);
      assertEquals("Hi there", message.at("/content/0/text").asText());
      assertEquals("end_turn", message.path("stop_reason").asText());
    }
    ObjectNode next = asks("Hello", "Hi there", "Bye").put("stream", true);
    try (RawClient client = post(endpoint, next, "X-Conversation-ID", id)) {
      Call call = endpoint.upstream().next();
      call.beginSse();
      Completions.chunks("See ", "you").forEach(call::sse);
      call.end();
      RawResponse response = client.response();
      String text = response.restText();
      assertEquals("conv-" + id, response.header("X-Session-ID"));
      assertTrue(text.startsWith("event: message_start\ndata: {"), text);
      assertTrue(text.endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"), text);
      assertEquals(
          List.of("user:Hello", "assistant:Hi there", "user:Bye", "assistant:See you"),
          endpoint.stored("conv-" + id).said());
    }
  }

  @Test
  default void upstreamThatIsSilent_isToldByPings_andOneThatBreaksOffByAnErrorEvent() {
    Endpoint endpoint = usual();
    ObjectNode asked = asks("Hello").put("stream", true);
    try (RawClient client = post(endpoint, asked, "X-Conversation-ID", Endpoint.freshId())) {
      Call call = endpoint.upstream().next();
      RawResponse response = client.response();
      String event = response.event();
      assertTrue(event.contains("message_start"), event);
      while (!event.contains("event: ping")) {
        event = response.event();
      }
      call.respondJson(429, Completions.error("slow down", "rate_limit_exceeded", null));
      String rest = response.restText();
      assertTrue(
          rest.endsWith(
              "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\","
                  + "\"message\":\"slow down\"},\"request_id\":null}\n\n"),
          rest);
    }
  }

  @Test
  default void whatIsRefused_isToldInTheFormOfTheApi() {
    Endpoint endpoint = usual();
    try (RawClient client = post(endpoint, Json.object().put("model", "m"))) {
      assertError(400, "invalid_request_error", client.response());
    }
    byte[] nothing = new byte[0];
    assertError(
        404,
        "not_found_error",
        RawClient.exchange(endpoint.url(), "GET", MESSAGES + "/batches", nothing));
    assertError(
        405, "invalid_request_error", RawClient.exchange(endpoint.url(), "GET", MESSAGES, nothing));
    RawResponse counted =
        RawClient.exchange(
            endpoint.url(),
            "POST",
            MESSAGES + "/count_tokens",
            asks("Hello you").toString().getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/json");
    assertEquals("{\"input_tokens\":7}", counted.text());
  }

  @Test
  default void keyOfAnthropicsClients_letsThemIn_andNoneIsTold() {
    Endpoint endpoint = servers().endpoint(Group.OWNERS);
    String user = UserToken.of("ann", OwnerCases.SECRET, Instant.now());
    String[] headers = {"x-api-key", "key-of-acme", OwnerCases.TOKEN, user};
    try (RawClient client = post(endpoint, asks("Hello"), headers)) {
      Call call = endpoint.upstream().next();
      assertTrue(
          call.request().headers().stream()
              .noneMatch(header -> header.value().contains("key-of-acme")));
      call.respondJson(200, Completions.completion("Hi"));
      assertEquals(200, client.response().status());
    }
    try (RawClient client = post(endpoint, asks("Hello"), "x-api-key", "guess")) {
      assertError(401, "authentication_error", client.response());
    }
    assertTrue(!endpoint.log().contains("key-of-acme"));
  }
}
