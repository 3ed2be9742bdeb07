package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.UserToken;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Conversations that are too long: counted, summarized, or sent in part. */
@Check("responses")
interface CompactCases extends Fixture {

  /** Asks below the path of responses, and has the upstream answer where a text is given. */
  private static RawResponse post(
      Endpoint endpoint, String path, ObjectNode body, String answer, String... headers) {
    try (RawClient client = RawClient.connect(endpoint.url())) {
      client.post(Responder.PATH + path, body.toString(), headers);
      if (answer != null) {
        endpoint.upstream().next().respondJson(200, Completions.completion(answer));
      }
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  /** A request with the items of a summary, and a question behind them. */
  private static ObjectNode asksBehind(JsonNode compacted, String question) {
    ObjectNode body = Json.object().put("model", "m");
    ArrayNode input = body.putArray("input");
    compacted.path("output").forEach(input::add);
    input.add(Json.message("user", question));
    return body;
  }

  @Test
  default void conversation_isCounted_compacted_andGoneOnFrom() {
    Endpoint endpoint = usual();
    Responder responder = new Responder(endpoint);
    Said first = responder.whole(Responder.asks("I am Ada."), "Hello Ada, how are you today?");
    ObjectNode context = Json.object().put("model", "m").put("previous_response_id", first.id());
    RawResponse counted = post(endpoint, "/input_tokens", context, null);
    assertEquals("response.input_tokens", counted.json().path("object").asText(), counted::text);
    assertEquals(18, counted.json().path("input_tokens").asInt());
    RawResponse compacted = post(endpoint, "/compact", context, "The user is Ada.");
    assertEquals(200, compacted.status(), compacted::text);
    assertEquals("I am Ada.", compacted.json().at("/output/0/content/0/text").asText());
    assertEquals("compaction", compacted.json().at("/output/1/type").asText());
    Said next = responder.whole(asksBehind(compacted.json(), "Who am I?"), "Ada");
    assertEquals(3, next.sent().size(), next.sent()::toString);
    assertEquals("user:I am Ada.", next.sent().get(0));
    assertTrue(next.sent().get(1).endsWith("The user is Ada."), next.sent()::toString);
    JsonNode items = responder.get("/" + next.id() + "/input_items?order=asc").path("data");
    assertEquals(
        compacted.json().at("/output/1/encrypted_content"),
        items.path(1).path("encrypted_content"));
  }

  @Test
  default void anotherOwnersSummary_isNoneOfTheAskers() {
    Endpoint endpoint = servers().endpoint(Group.OWNERS);
    String ann = UserToken.of("ann", OwnerCases.SECRET, Instant.now());
    String bob = UserToken.of("bob", OwnerCases.SECRET, Instant.now());
    String[] owner = {"Authorization", OwnerCases.ACME, OwnerCases.TOKEN, ann};
    String[] other = {"Authorization", OwnerCases.ACME, OwnerCases.TOKEN, bob};
    JsonNode compacted =
        post(endpoint, "/compact", Responder.asks("I am Ann."), "She is Ann.", owner).json();
    ObjectNode asked = asksBehind(compacted, "Who am I?");
    Errors.check(400, "invalid_encrypted_content", post(endpoint, "", asked, null, other));
    assertEquals(200, post(endpoint, "", asked, "Ann", owner).status());
  }

  @Test
  default void conversationThatIsTooLong_isAskedForAgain_withoutItsOldestTurns() {
    Endpoint endpoint = usual();
    Responder responder = new Responder(endpoint);
    Said first = responder.whole(Responder.asks("One"), "1");
    ObjectNode asked = Responder.follows("Two", first.id()).put("truncation", "auto");
    try (RawClient client = responder.post(asked.put("stream", true))) {
      endpoint
          .upstream()
          .next()
          .respondJson(400, Completions.error("long", "x", "context_length_exceeded"));
      Call shorter = endpoint.upstream().next();
      assertEquals(1, shorter.request().json().path("messages").size());
      shorter.beginSse();
      Completions.chunks("2").forEach(shorter::sse);
      shorter.end();
      List<JsonNode> events = Responder.events(client.response().restText());
      JsonNode last = events.get(events.size() - 1);
      assertEquals("response.completed", last.path("type").asText(), last::toString);
      assertEquals("2", Responder.textOf(last.path("response")));
    }
  }
}
