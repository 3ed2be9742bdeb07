package dev.helix.openai.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.message.Message;
import dev.helix.openai.items.CalledTools;
import dev.helix.openai.items.ItemIds;
import dev.helix.openai.items.OutputItem;
import dev.helix.openai.items.OutputItems;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.request.JsonBytes;
import dev.helix.text.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ResponseObjectTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Message element(String fields, String note) {
    return Message.parse(
        ("{\"response\":" + note + ",\"id\":\"x\",\"role\":\"assistant\"" + fields + "}")
            .getBytes(UTF_8));
  }

  private static String begun(Map<String, Object> asked) {
    return new ResponseFrame(ResponseServer.ID, ResponseServer.NODE, ResponseServer.CREATED, asked)
        .note();
  }

  private static JsonNode stored(Message element, boolean running) {
    return ResponseServer.json(ResponseObject.stored(element, running));
  }

  @Test
  void aResponseThatRuns_isInProgress_andOneThatNothingAnswers_wasInterrupted() {
    Message empty = element(",\"content\":\"\"", begun(Map.of("model", "m")));
    JsonNode running = stored(empty, true);
    assertEquals("in_progress", running.path("status").asText());
    assertTrue(running.path("output").isEmpty() && running.path("usage").isNull());
    assertEquals("m", running.path("model").asText());
    JsonNode over = stored(empty, false);
    assertEquals("failed", over.path("status").asText());
    assertEquals("server_error", over.at("/error/code").asText());
    assertTrue(over.at("/error/message").asText().contains("interrupted"));
    Message some = element(",\"content\":\"A\",\"checkpoint\":true", begun(Map.of("model", "m")));
    assertEquals("in_progress", stored(some, true).at("/output/0/status").asText());
    assertEquals("incomplete", stored(some, false).at("/output/0/status").asText());
    for (JsonNode each : List.of(running, over)) {
      Set<String> keys = new TreeSet<>();
      each.fieldNames().forEachRemaining(keys::add);
      assertEquals(new TreeSet<>(EventStream.KEYS), keys);
    }
  }

  @Test
  void whatWasAsked_isToldAgain_withTheKeysThatItAlwaysHas() throws IOException {
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("model", "m");
    asked.put("temperature", null);
    asked.put("instructions", "be\nbrief");
    asked.put("reasoning", Map.of("effort", "low"));
    asked.put("text", Map.of("verbosity", "low"));
    asked.put(
        "tools", List.of(Map.of("type", "function", "name", "f"), Map.of("type", "web_search")));
    asked.put("conversation", "conv_1");
    asked.put("previous_response_id", "resp_0");
    asked.put("metadata", Map.of("a", "b"));
    asked.put("seed", 7);
    JsonNode response = stored(element("", begun(asked)), true);
    assertEquals(1, response.path("temperature").asInt());
    assertEquals("be\nbrief", response.path("instructions").asText());
    assertEquals(
        JSON.readTree("{\"effort\":\"low\",\"summary\":null}"), response.path("reasoning"));
    assertEquals(
        JSON.readTree("{\"format\":{\"type\":\"text\"},\"verbosity\":\"low\"}"),
        response.path("text"));
    assertEquals(
        JSON.readTree(
            "[{\"type\":\"function\",\"name\":\"f\",\"description\":null,\"parameters\":null,"
                + "\"strict\":null},{\"type\":\"web_search\"}]"),
        response.path("tools"));
    assertEquals("conv_1", response.at("/conversation/id").asText());
    assertEquals("resp_0", response.path("previous_response_id").asText());
    assertEquals("b", response.at("/metadata/a").asText());
    assertEquals(7, response.path("seed").asInt());
  }

  /** Each with what is kept of it; apostrophes stand for quotation marks. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'model':'m','input':'Q'} | {'model':'m'}",
        "{'model':'m','input':'Q','temperature':1,'top_p':1,'store':true} | {'model':'m'}",
        "{'model':'m','input':'Q','tools':[],'tool_choice':'auto'} | {'model':'m'}",
        "{'model':'m','input':'Q','text':{'format':{'type':'text'}}} | {'model':'m'}",
        "{'model':'m','input':'Q','metadata':{},'user':null} | {'model':'m'}",
        "{'model':'m','input':'Q','service_tier':'auto'} | {'model':'m'}",
        "{'model':'m','input':'Q','temperature':0} | {'model':'m','temperature':0}",
        "{'model':'m','input':'Q','top_logprobs':3} | {'model':'m','top_logprobs':3}",
        "{'model':'m','input':'Q','instructions':'I'} | {'model':'m','instructions':'I'}",
        "{'model':'m','input':'Q','metadata':{'a':'b'}} | {'model':'m','metadata':{'a':'b'}}",
      })
  void aNote_hasWhatWasSaid_andNotWhatHoldsAnyway_whichIsToldAllTheSame(String body, String kept)
      throws Exception {
    Map<String, Object> asked = Requests.parse(body).asked();
    String note = begun(asked);
    assertEquals(JSON.readTree(Requests.json(kept)), JSON.readTree(note).path("asked"));
    JsonNode told = JSON.readTree(JsonBytes.of(ResponseObject.echo(asked)));
    JsonNode stored = stored(element("", note), true);
    told.fieldNames().forEachRemaining(key -> assertEquals(told.get(key), stored.get(key), key));
  }

  @Test
  void aCheckpoint_saysOfTheResponseWhatItsBeginningDid() {
    Map<String, Object> asked = Map.of("model", "m", "instructions", "be brief");
    ResponseFrame frame =
        new ResponseFrame(ResponseServer.ID, ResponseServer.NODE, ResponseServer.CREATED, asked);
    String note = new AskedResponse(frame, false, SealedThoughts.NONE).note(null, null, List.of());
    assertEquals(
        stored(element(",\"content\":\"A\"", frame.note()), true),
        stored(element(",\"content\":\"A\"", note), true));
  }

  @Test
  void anElementWithoutANote_isNoResponse() {
    Message answer = Message.of("assistant", "A");
    assertThrows(IllegalArgumentException.class, () -> ResponseObject.stored(answer, false));
  }

  @Test
  void anAnswerThatBecameNoPartOfTheConversation_failed() {
    String note = begun(Map.of("model", "m"));
    String ended = note.substring(0, note.length() - 1) + ",\"status\":\"completed\"}";
    JsonNode response = stored(element(",\"content\":\"A\",\"status\":\"failed\"", ended), false);
    assertEquals("failed", response.path("status").asText());
    response = stored(element(",\"content\":\"A\",\"status\":\"completed\"", ended), false);
    assertEquals("completed", response.path("status").asText());
  }

  @Test
  void idsAreMadeOfTheNode_whateverItsIdIs() {
    assertEquals("msg_" + ResponseServer.HEX, ItemIds.of(ResponseServer.NODE).message(0));
    for (String other : List.of("element-0", ResponseServer.NODE.substring(2), "../x")) {
      assertTrue(ItemIds.of(other).message(0).matches("msg_[0-9a-f]{32}"), other);
    }
    assertEquals(
        5,
        Stream.of("a", "b", "c", "d", "e")
            .map(ItemIds::of)
            .map(i -> i.reasoning(1))
            .distinct()
            .count());
  }

  static Stream<Arguments> textsAreWrittenAsJson() {
    return Stream.of(
            "",
            "a\"\\\n\r\t\b\u0000",
            "äöü€😀",
            "\ud83d",
            "\ude00x",
            "\ud83d\ud83d\ude00",
            "\u2028\u2029\u0085\u007f")
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource
  void textsAreWrittenAsJson(String text) throws IOException {
    byte[] json = JsonBytes.of(List.of(text, Map.of("k", text), CharBuffer.wrap(text)));
    JsonNode read = JSON.readTree(json);
    assertEquals(text, read.get(0).textValue());
    assertEquals(text, read.get(1).path("k").textValue());
    assertEquals(text, read.get(2).textValue());
    assertEquals(1, new String(json, UTF_8).lines().count());
    assertEquals(-1, Json.indexOfNonUtf8(json, 0, json.length));
  }

  @Test
  void anEventIsOnePiece() {
    List<ByteBuffer> written = new ArrayList<>();
    ResponseEvents events = new ResponseEvents("resp_1", false, SealedThoughts.NONE);
    OutputItem item =
        new OutputItems(ItemIds.of(ResponseServer.NODE), new CalledTools(null), false)
            .message(OutputItem.Kind.TEXT);
    events.begin(state -> new JsonBytes(2).raw("{}"), written::add);
    events.begin(item, 0, written::add);
    events.piece(new ResponseEvents.Pieces(item, 0), "A\nB", written::add);
    events.end(item, 0, "A\nB", "completed", written::add);
    events.error(Map.of("message", "no"), written::add);
    events.over("failed", new JsonBytes(2).raw("{}"), written::add);
    assertEquals(10, written.size());
    for (ByteBuffer each : written) {
      String event =
          new String(each.array(), each.arrayOffset() + each.position(), each.remaining(), UTF_8);
      assertTrue(event.matches("event: \\S+\ndata: \\{.*\\}\n\n"), event);
    }
  }
}
