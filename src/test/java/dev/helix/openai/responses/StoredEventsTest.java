package dev.helix.openai.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.Message;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.scripted.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams of responses that are told again, when their events are not kept any more. */
class StoredEventsTest {
  private static Message answer(String status, String more) {
    String note =
        "{\"id\":\"resp_s1\",\"created_at\":5,\"node\":\"m-1\",\"status\":\""
            + status
            + "\""
            + more
            + ",\"asked\":{\"model\":\"m\",\"background\":true}}";
    return Message.parse(
        ("{\"response\":" + note + ",\"role\":\"assistant\",\"content\":\"Hello\"}")
            .getBytes(UTF_8));
  }

  private static List<JsonNode> told(long after, Message answer) {
    List<JsonNode> told = new ArrayList<>();
    List<byte[]> events = StoredEvents.behind(after, answer, SealedThoughts.NONE);
    assertEquals("data: [DONE]\n\n", new String(events.get(events.size() - 1), UTF_8));
    for (byte[] event : events.subList(0, events.size() - 1)) {
      String text = new String(event, UTF_8);
      told.add(Json.read(text.substring(text.indexOf("data: ") + 6).getBytes(UTF_8)));
    }
    return told;
  }

  private static List<String> types(List<JsonNode> events) {
    return events.stream()
        .map(event -> event.path("type").asText().replace("response.", ""))
        .toList();
  }

  @Test
  void eachItemComesInOnePiece_andTheEndIsWhatIsStored() {
    Message answer = answer("completed", ",\"completed_at\":9");
    List<JsonNode> events = told(-1, answer);
    assertEquals(
        List.of(
            "created",
            "queued",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed"),
        types(events));
    for (int i = 0; i < events.size(); i++) {
      assertEquals(i, events.get(i).path("sequence_number").asInt());
    }
    assertEquals("queued", events.get(0).at("/response/status").asText());
    assertEquals(0, events.get(0).at("/response/output").size());
    assertEquals(
        ResponseServer.json(ResponseObject.stored(answer, false)), events.get(9).path("response"));
    assertEquals(events.get(8).path("item"), events.get(9).at("/response/output/0"));
  }

  @ParameterizedTest
  @CsvSource({"0,9,1", "4,5,5", "8,1,9", "9,1,10", "5000,1,5001"})
  void whatFollowsANumber_isTold_andTheEndInAnyCase(long after, int count, int first) {
    List<JsonNode> events = told(after, answer("cancelled", ""));
    assertEquals(count, events.size());
    assertEquals(first, events.get(0).path("sequence_number").asInt());
    assertEquals("response.cancelled", events.get(count - 1).path("type").asText());
  }

  @Test
  void failureHasItsErrorToo() {
    List<JsonNode> events =
        told(8, answer("failed", ",\"error\":{\"code\":\"server_error\",\"message\":\"no\"}"));
    assertEquals(List.of("error", "failed"), types(events));
    assertEquals("no", events.get(0).path("message").asText());
    assertEquals(10, events.get(1).path("sequence_number").asInt());
  }
}
