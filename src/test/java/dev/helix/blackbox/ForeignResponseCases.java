package dev.helix.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.Responder.Said;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another owner has is as what nobody has: every path answers both alike, to the byte. */
interface ForeignResponseCases extends KeptServerFixture {
  /** The headers of {@code conversation}, where it is a name. */
  private static String[] naming(String conversation) {
    return conversation.isEmpty()
        ? new String[0]
        : new String[] {"X-Conversation-ID", conversation};
  }

  /** With which kind of name the response's session was made, which its id tells apart. */
  @ParameterizedTest
  @ValueSource(strings = {"", "a UUID", "a name"})
  default void foreignIds_areAnsweredAsUnknownOnes(String kind) {
    String uuid = UUID.randomUUID().toString();
    String conversation = kind.isEmpty() ? "" : kind.equals("a name") ? "trip " + uuid : uuid;
    Responder owner = server().responder(naming(conversation));
    Responder other = server().responderOf(OwnerCases.OTHER, naming(conversation));
    Said said = owner.whole(Responder.asks("Mine"), "Yours");
    assertEquals(200, said.http().status(), said.http()::text);
    String item = said.response().at("/output/0/id").asText();
    String foreign = said.id();
    String unknown = "resp_" + foreign.charAt(5) + digits(32) + foreign.substring(38);
    String unknownHere = foreign.substring(0, 38) + digits(16);
    int sessions = server().sessions();
    for (String none : List.of(unknown, unknownHere)) {
      for (String call :
          List.of(
              "GET /#",
              "GET /#/",
              "GET /#?stream=true",
              "GET /#?include=x",
              "DELETE /#",
              "GET /#/input_items",
              "GET /#/input_items?after=" + item,
              "GET /#/input_items?limit=0",
              "POST /#/cancel",
              "PUT /#",
              "POST /#",
              "GET /#/cancel",
              "GET /#/else")) {
        String[] parts = call.split(" ", 2);
        assertAlike(
            foreign,
            other.call(parts[0], parts[1].replace("#", foreign)),
            none,
            other.call(parts[0], parts[1].replace("#", none)));
      }
      RawResponse refused = other.refused(Responder.follows("And?", foreign));
      Errors.check(400, "previous_response_not_found", refused);
      assertAlike(foreign, refused, none, other.refused(Responder.follows("And?", none)));
      for (boolean store : new boolean[] {true, false}) {
        assertAlike(
            foreign,
            other.refused(Responder.follows("And?", foreign).put("store", store)),
            none,
            other.refused(Responder.follows("And?", none).put("store", store)));
      }
    }
    String noItem = "msg_" + digits(32);
    assertAlike(
        item, other.refused(refersTo(item, null)), noItem, other.refused(refersTo(noItem, null)));
    if (!conversation.isEmpty()) {
      String never = conversation.substring(0, conversation.length() - 12) + digits(12);
      Responder bare = server().responderOf(OwnerCases.OTHER);
      RawResponse refused = bare.refused(Responder.asks("x").put("conversation", conversation));
      Errors.check(404, refused);
      assertAlike(
          conversation,
          refused,
          never,
          bare.refused(Responder.asks("x").put("conversation", never)));
    }
    assertEquals(sessions, server().sessions());
    assertEquals(said.response(), owner.get("/" + foreign));
    assertNull(server().upstream().poll(Duration.ZERO), "the upstream was asked");
    if (!conversation.isEmpty()) {
      ownsOfTheSameName(other, owner, said, item);
    }
  }

  /** The other has a conversation of the same name, whose responses' ids begin alike. */
  private void ownsOfTheSameName(Responder other, Responder owner, Said said, String item) {
    Said own = other.whole(Responder.asks("Other"), "Else");
    assertEquals(List.of("user:Other"), own.sent());
    assertEquals(said.id().substring(0, 38), own.id().substring(0, 38));
    String none = own.id().substring(0, 38) + digits(16);
    String noItem = "msg_" + digits(32);
    for (String path : List.of("/#", "/#/input_items")) {
      RawResponse foreign = other.call("GET", path.replace("#", said.id()));
      Errors.check(404, foreign);
      assertAlike(said.id(), foreign, none, other.call("GET", path.replace("#", none)));
    }
    assertAlike(
        said.id(), other.call("DELETE", "/" + said.id()), none, other.call("DELETE", "/" + none));
    assertAlike(
        said.id(),
        other.refused(Responder.follows("And?", said.id())),
        none,
        other.refused(Responder.follows("And?", none)));
    RawResponse refused = other.refused(refersTo(item, own.id()));
    Errors.check(404, refused);
    assertAlike(item, refused, noItem, other.refused(refersTo(noItem, own.id())));
    assertEquals(said.response(), owner.get("/" + said.id()));
    assertEquals(own.response(), other.get("/" + own.id()));
  }

  private static ObjectNode refersTo(String item, String previous) {
    ObjectNode request = Json.object().put("model", "m");
    if (previous != null) {
      request.put("previous_response_id", previous);
    }
    ArrayNode input = request.putArray("input");
    input.addObject().put("type", "item_reference").put("id", item);
    return request;
  }

  private static String digits(int count) {
    return (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "").substring(0, count);
  }

  /** Both are refused, and differ in nothing but the ids that were asked for. */
  private static void assertAlike(String id, RawResponse one, String otherId, RawResponse other) {
    JsonNode error = Errors.check(one.json());
    assertTrue(one.status() >= 400, error::toString);
    assertEquals(shown(other, otherId), shown(one, id));
  }

  private static String shown(RawResponse response, String id) {
    String headers =
        response.headers().stream()
            .filter(header -> !header.name().equalsIgnoreCase("Date"))
            .map(header -> header.name() + ": " + header.value() + "\n")
            .collect(Collectors.joining());
    String body = new String(response.received(), UTF_8).replace(id, "ID");
    // A request that names nothing has a session of its own each time.
    return (response.status() + "\n" + headers + "\n" + body)
        .replaceAll("session-[0-9a-f]{32}", "session");
  }
}
