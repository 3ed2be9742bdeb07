package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.Json;
import dev.helix.scripted.Table;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of an error, in all the forms that servers give it. */
class ReplyErrorTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode told(ReplyError error) {
    JsonNode whole = Json.read(error.toJson());
    JsonNode object = whole.path("error");
    for (String key : List.of("message", "type", "param", "code")) {
      assertTrue(object.has(key), whole::toString);
    }
    return object;
  }

  static Stream<Arguments> errorObject_isTold_withItsMessage() {
    return Table.of(
        "{\"error\":{\"message\":\"no such model\"}} → no such model",
        "{\"error\":{\"message\":{\"text\":1,\"detail\":\"deep\"}}} → deep",
        "{\"error\":{\"message\":[\"one\",{\"msg\":\"two\"}]}} → one; two",
        "{\"error\":{\"message\":\" \",\"code\":7},\"detail\":\"beside\"} → beside",
        "{\"error\":{\"code\":7}} → The upstream answered with status 422 and no error to be read.",
        "[{\"error\":{\"code\":400,\"message\":\"in an array\"}}] → in an array",
        "{\"object\":\"error\",\"message\":\"flat\",\"type\":\"BadRequestError\",\"code\":400} → flat",
        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}} → busy",
        "event: error\ndata: {\"error\":{\"message\":\"in an event\"}}\n\n → in an event",
        ": ping\n\ndata: {\"error\":{\"message\":\"after a comment\"}} → after a comment");
  }

  @ParameterizedTest
  @MethodSource
  void errorObject_isTold_withItsMessage(String body, String message) {
    ReplyError error = ReplyError.of(422, bytes(body));
    assertEquals(message, told(error).path("message").asText());
    assertEquals(422, error.status());
  }

  static Stream<Arguments> otherForm_becomesAnErrorOfOurs_withItsWords() {
    return Table.of(
        "{\"error\":\"as text\"} → as text",
        "{\"errors\":[{\"message\":\"first\"},{\"message\":\"second\"}]} → first; second",
        "{\"detail\":\"Not Found\"} → Not Found",
        "{\"detail\":[{\"loc\":[\"body\",\"messages\",0],\"msg\":\"Field required\",\"input\":\"secret\"}]} → body.messages.0: Field required",
        "{\"detail\":{\"error\":\"inner\"}} → inner",
        "{\"message\":\"gateway\"} → gateway",
        "{\"message\":{\"content\":1,\"reason\":\"why\"}} → why",
        "{\"msg\":\"short\"} → short",
        "{\"title\":\"Problem\",\"status\":404} → Problem",
        "{\"title\":\"Problem\",\"detail\":\"and its detail\"} → and its detail",
        "{\"code\":17,\"ok\":false} → {\"code\":17,\"ok\":false}",
        "\"a JSON text\" → a JSON text",
        "plain text\nin two lines → plain text in two lines",
        "502 Bad Gateway → 502 Bad Gateway",
        "null and void → null and void",
        "{'error': 'not quite JSON'} → {'error': 'not quite JSON'}",
        "<html><head><TITLE>502 Bad\n Gateway</TITLE></head><h1>no</h1></html> → 502 Bad Gateway",
        "<!DOCTYPE html><h1 class=\"x\">It &lt;<b>broke</b>&gt; &amp; fell</h1> → It < broke > & fell",
        "<?xml version=\"1.0\"?><Error><Message>AccessDenied</Message></Error> → AccessDenied",
        "data: {\"detail\":\"in an event\"}\n\n → in an event",
        "data: just text\n\n → just text",
        "error: a field of no standard\n\n → a field of no standard");
  }

  @ParameterizedTest
  @MethodSource
  void otherForm_becomesAnErrorOfOurs_withItsWords(String body, String words) {
    JsonNode error = told(ReplyError.of(404, bytes(body)));
    assertEquals("The upstream answered with status 404: " + words, error.path("message").asText());
    assertEquals("upstream_error", error.path("code").asText());
    assertEquals("invalid_request_error", error.path("type").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \r\n", "{}", "[]", "<html></html>", "<", "event: x", "null"})
  void formWithoutWords_saysSo(String body) {
    String message = told(ReplyError.of(500, bytes(body))).path("message").asText();
    assertTrue(message.startsWith("The upstream answered with status 500"), message);
  }

  @Test
  void errorObject_keepsWhatItHas() {
    String body = "{\"error\":{\"message\":\"m\",\"code\":\"c\",\"x\":[1]},\"request_id\":\"r\"}";
    JsonNode whole = Json.read(ReplyError.of(400, bytes(body)).toJson());
    assertEquals("c", whole.path("error").path("code").asText());
    assertEquals("[1]", whole.path("error").path("x").toString());
    assertEquals("r", whole.path("request_id").asText());
  }

  @Test
  void bodyThatWasCut_isReadAsFarAsItGoes() {
    String first =
        "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"Field required\",\"input\":{\"a\":\"";
    String message =
        told(ReplyError.of(422, bytes(first + "x".repeat(300_000)))).path("message").asText();
    assertEquals("The upstream answered with status 422: body: Field required", message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"error\":{\"message\":\"%s\"}}", "{\"detail\":\"%s\"}", "%s"})
  void message_isBounded_andNotCutWithinACharacter(String form) {
    for (String letter : List.of("x", "😀", "ä")) {
      String body = form.formatted("a" + letter.repeat(5_000));
      String message = told(ReplyError.of(400, bytes(body))).path("message").asText();
      assertTrue(message.length() < 2_100, "its length is " + message.length());
      assertTrue(message.endsWith(letter + "…"), message.substring(message.length() - 5));
    }
  }

  @Test
  void hostilePage_costsNothing() {
    told(ReplyError.of(500, bytes("<h1>".repeat(60_000))));
    told(ReplyError.of(500, bytes("[".repeat(200_000))));
    told(ReplyError.of(500, bytes("{\"error\":".repeat(900))));
  }

  static Stream<Arguments> errorUnderSuccess_hasTheStatusThatItNames() {
    return Table.of(
        "{\"error\":{\"message\":\"m\",\"code\":429}} → 429",
        "{\"error\":{\"message\":\"m\",\"code\":\"503\"}} → 503",
        "{\"error\":{\"message\":\"m\",\"code\":200}} → 502",
        "{\"error\":{\"message\":\"m\"}} → 502",
        "{\"error\":{\"message\":\"m\",\"status\":404}} → 404",
        "{\"error\":\"text\"} → 502",
        "{\"error\":\"text\",\"status\":400} → 400",
        "{\"object\":\"error\",\"message\":\"m\",\"code\":400} → 400",
        "{\"error\":true,\"message\":\"overloaded\"} → 502",
        "{\"choices\":[{}],\"error\":{\"code\":503}} → 503",
        "{\"detail\":\"nope\"} → 502",
        "[{\"error\":{\"code\":400,\"message\":\"m\"}}] → 400");
  }

  @ParameterizedTest
  @MethodSource
  void errorUnderSuccess_hasTheStatusThatItNames(String body, int status) {
    ReplyError error = ReplyError.underSuccess(bytes(body));
    assertNotNull(error);
    assertEquals(status, error.status());
    told(error);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text",
        "[]",
        "{\"error\":null}",
        "{\"error\":{}}",
        "{\"error\":\"\"}",
        "{\"error\":false}",
        "{\"choices\":[{}],\"error\":{\"message\":\"\"}}",
        "{\"choices\":[]}"
      })
  void bodyOfSuccess_thatHasNoError(String body) {
    assertNull(ReplyError.underSuccess(bytes(body)));
  }

  @Test
  void secrets_areTakenOutOfEveryText() {
    String body =
        "{\"error\":{\"message\":\"key sk-1\",\"x\":[\"sk-1\",{\"y\":\"sk-1\"}],\"code\":1}}";
    ReplyError error = ReplyError.of(401, bytes(body)).masked(text -> text.replace("sk-1", "***"));
    assertEquals("key ***", error.message());
    assertTrue(!new String(error.toJson(), StandardCharsets.UTF_8).contains("sk-1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":{\"message\":\"%s\"}}",
        "{\"error\":{\"detail\":\"%s\"}}",
        "{\"object\":\"error\",\"message\":\"%s\"}",
        "{\"detail\":\"%s\"}",
        "{\"error\":\"%s\"}",
        "<h1>%s</h1>",
        "data: %s",
        "data: {\"detail\":[{\"msg\":\"%s\"}]}",
        "{\"code\":\"%s\"}",
        "%s"
      })
  void secretWhereTheMessageIsCut_isNotToldInPart(String form) {
    String key = "sk-0123456789abcdef";
    for (int before = 1_900; before < 2_005; before++) {
      byte[] body = bytes(form.formatted("x".repeat(before) + key + " y"));
      ReplyError error = ReplyError.of(401, body).masked(text -> text.replace(key, "***"));
      String json = new String(error.toJson(), StandardCharsets.UTF_8);
      assertTrue(!json.contains("sk-") && !error.message().contains("sk-"), json);
      assertTrue(error.message().length() <= 2_000);
      String page = ReplyError.headline(body, text -> text.replace(key, "***"));
      assertTrue(!page.contains("sk-") && page.length() <= 2_000, page);
    }
  }

  @Test
  void secretThatIsAName_isTakenOutToo() {
    ReplyError error = ReplyError.of(400, bytes("{\"error\":{\"message\":\"m\",\"sk-1\":1}}"));
    byte[] json = error.masked(text -> text.replace("sk-1", "***")).toJson();
    assertTrue(!new String(json, StandardCharsets.UTF_8).contains("sk-1"));
  }

  @Test
  void errorBehindALongAnswer_isFound() {
    String answer =
        "{\"message\":{\"role\":\"assistant\",\"content\":\"" + "x".repeat(300_000) + "\"}}";
    WholeReply whole =
        WholeReply.read(
            bytes("{\"choices\":[" + answer + "],\"error\":{\"message\":\"m\"}}"), 1 << 20);
    assertEquals("m", whole.error().message());
  }

  // Each took milliseconds where fields were looked for in what has none.
  @Test
  @Timeout(20)
  void errorsWithoutWords_costNoMoreThanOthers() {
    for (int i = 0; i < 20_000; i++) {
      assertEquals(422, ReplyError.of(422, bytes("{\"code\":1}")).status());
    }
    byte[] long255 = bytes("[" + "{},".repeat(85_000) + "{}]");
    assertEquals(422, ReplyError.of(422, long255).status());
  }
}
