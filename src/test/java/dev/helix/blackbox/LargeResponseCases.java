package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests for responses as large as they come. */
interface LargeResponseCases extends KeptServerFixture {
  int BYTES = 20_000_000;

  @Test
  default void twentyMegabytesOfText_areRefusedAsAString_andServedAsItems() {
    Responder responder = server().responder();
    int sessions = server().sessions();
    String text = "a".repeat(BYTES);
    RawResponse refused = responder.refused(Responder.asks(text));
    JsonNode error = Errors.check(400, refused);
    assertEquals("string_above_max_length", error.path("code").asText());
    assertEquals("input", error.path("param").asText());
    assertEquals("'input' must have at most 10485760 characters.", error.path("message").asText());
    assertEquals(sessions, server().sessions());
    ObjectNode asked = Json.object().put("model", "m");
    asked.putArray("input").add(Json.message("user", text)).add(Json.message("user", "Short?"));
    Said said = responder.whole(asked, "Short.");
    assertEquals(200, said.http().status(), said.http()::text);
    assertEquals(List.of("user:" + text, "user:Short?"), said.sent());
    assertEquals(said.response(), responder.get("/" + said.id()));
    JsonNode items = responder.get("/" + said.id() + "/input_items?limit=1&order=asc");
    assertEquals(BYTES, items.at("/data/0/content/0/text").asText().length());
    assertEquals(4, responder.streamed(Responder.follows("And?", said.id()), "Yes").sent().size());
  }

  @Test
  default void aThousandTools_areSent_andToldAgain() {
    Responder responder = server().responder();
    ObjectNode asked = withTools(1_000, 2_000);
    Said said = responder.streamed(asked, "Hi");
    assertEquals(1_000, said.asked().json().path("tools").size());
    assertEquals(1_000, said.response().path("tools").size());
    assertEquals(said.response(), responder.get("/" + said.id()));
    int sessions = server().sessions();
    JsonNode error = Errors.check(413, responder.refused(withTools(1_000, 4_500)));
    assertEquals("request_too_large", error.path("code").asText());
    assertEquals(sessions, server().sessions());
    Said next = responder.whole(Responder.follows("On", said.id()), "On");
    assertEquals(3, next.sent().size());
    assertEquals(0, next.response().path("tools").size());
  }

  private static ObjectNode withTools(int count, int length) {
    ObjectNode asked = Responder.asks("Hi");
    ArrayNode tools = asked.putArray("tools");
    for (int i = 0; i < count; i++) {
      tools
          .addObject()
          .put("type", "function")
          .put("name", "f" + i)
          .put("description", "d".repeat(length))
          .putObject("parameters")
          .put("type", "object");
    }
    return asked;
  }
}
