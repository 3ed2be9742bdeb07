package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of two faults of a request to make a response is told. */
class ResponseErrorOrderTest {
  private static final String NONE = "resp_s" + "0".repeat(48);

  /**
   * A fault.
   *
   * @param fields what the request has for it, in JSON; null takes a field away
   * @param header the conversation that a header names; null for none
   * @param told the status, code and param of the answer
   */
  private record Fault(String fields, String header, String told) {}

  /** In the order in which they are told. */
  private static final List<Fault> FAULTS =
      List.of(
          new Fault("{'model':7}", null, "400 invalid_type model"),
          new Fault("{'input':null}", null, "400 missing_required_parameter input"),
          new Fault("{'stream':'x'}", null, "400 invalid_type stream"),
          new Fault("{'text':7}", null, "400 invalid_type text"),
          new Fault("{'tools':[{'type':'mcp'}]}", null, "400 unsupported_tool tools[0]"),
          new Fault("{'temperature':3}", null, "400 decimal_above_max_value temperature"),
          new Fault("{'input':[{'role':'x'}]}", null, "400 invalid_value input[0].role"),
          new Fault(
              "{'previous_response_id':'r','conversation':'c'}",
              null,
              "400 mutually_exclusive_parameters null"),
          new Fault("{'conversation':'no-such'}", "else", "400 conversation_mismatch conversation"),
          new Fault("{'conversation':'no-such'}", null, "404 null null"),
          new Fault(
              "{'previous_response_id':'" + NONE + "'}",
              null,
              "400 previous_response_not_found previous_response_id"),
          new Fault("{'input':''}", null, "400 missing_required_parameter null"));

  @TempDir Path folder;

  /** What both faults ask; null where they are no pair. */
  private static ObjectNode both(Fault one, Fault other) {
    ObjectNode request = Json.object().put("model", "m").put("input", "Hi");
    List<String> seen = new ArrayList<>();
    for (Fault fault : List.of(one, other)) {
      JsonNode fields = read(fault.fields());
      for (Map.Entry<String, JsonNode> field : fields.properties()) {
        JsonNode before = request.replace(field.getKey(), field.getValue());
        boolean twice = seen.contains(field.getKey()) && !field.getValue().equals(before);
        if (twice) {
          return null;
        }
        seen.add(field.getKey());
      }
    }
    boolean states = request.has("conversation") && request.has("previous_response_id");
    boolean asked = one.fields().contains("'r'") || other.fields().contains("'r'");
    return states && !asked ? null : request;
  }

  private static JsonNode read(String json) {
    return Json.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void ofTwoFaults_theEarlierIsTold() throws Exception {
    int pairs = 0;
    try (WholeApplication application = new WholeApplication(folder, Map.of())) {
      for (int i = 0; i < FAULTS.size(); i++) {
        for (int j = i; j < FAULTS.size(); j++) {
          Fault first = FAULTS.get(i);
          Fault second = FAULTS.get(j);
          ObjectNode request = both(first, second);
          if (request == null) {
            continue;
          }
          String header = first.header() == null ? second.header() : first.header();
          assertEquals(first.told(), told(application, request, header), request::toString);
          pairs++;
        }
      }
    }
    assertEquals(70, pairs);
  }

  private static String told(WholeApplication application, ObjectNode request, String header) {
    String[] headers = header == null ? new String[0] : new String[] {"X-Conversation-ID", header};
    try (RawClient client = RawClient.connect(application.url())) {
      client.post(Responder.PATH, request.toString(), headers);
      RawResponse response = client.response();
      String body = response.restText();
      JsonNode error = Json.read(body.getBytes(StandardCharsets.UTF_8)).path("error");
      return response.status()
          + " "
          + error.path("code").asText()
          + " "
          + error.path("param").asText();
    }
  }
}
