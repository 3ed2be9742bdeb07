package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools and instructions that are long and the same from turn to turn. */
class SharedToolsTest {
  /** So many that tools stored with each of them would be ten times what is allowed. */
  private static final int TURNS = 20;

  @TempDir Path folder;

  /** A thousand tools of two kilobytes each, of which one is custom. */
  private static ArrayNode tools() {
    ArrayNode tools = Json.object().putArray("tools");
    for (int i = 0; i < 1000; i++) {
      ObjectNode tool = tools.addObject().put("type", i == 7 ? "custom" : "function");
      tool.put("name", "tool" + i).put("description", "zanzibar" + i + "x".repeat(1900));
    }
    return tools;
  }

  @Test
  void toolsOf2Megabytes_takeTheirBytesOnceASession_andAreToldAgain() throws Exception {
    try (WholeApplication application = new WholeApplication(folder.resolve("s"), Map.of())) {
      ObjectNode asked = Json.object().put("model", "m").put("input", "Hi");
      asked.put("instructions", "Be kind. ".repeat(10_000)).set("tools", tools());
      long tools = asked.get("tools").toString().length();
      assertTrue(tools > 1_900_000, () -> "" + tools);
      String first = respond(application, asked, Completions.completion("1"));
      String last = first;
      for (int i = 1; i < TURNS; i++) {
        asked.put("previous_response_id", last);
        last = respond(application, asked, Completions.completion("1"));
      }
      long bytes = bytes();
      assertTrue(bytes < 2 * (tools + 100_000) + TURNS * 6_000L, () -> "" + bytes);
      for (String id : new String[] {first, last}) {
        JsonNode response = call(application, "GET", id).json();
        assertEquals(1000, response.path("tools").size());
        assertEquals("custom", response.at("/tools/7/type").asText());
        assertEquals(asked.get("instructions"), response.get("instructions"));
      }
      custom(application, asked, last);
    }
  }

  /** A call of a custom tool is one also for whoever does not see the tools. */
  private void custom(WholeApplication application, ObjectNode asked, String last)
      throws IOException {
    asked.put("previous_response_id", last);
    String calls = Responder.calls("c1", "tool7", "{\"input\":\"x\"}");
    String id = respond(application, asked, calls);
    assertEquals(
        "custom_tool_call", call(application, "GET", id).json().at("/output/0/type").asText());
    asked.put("previous_response_id", id);
    asked
        .putArray("input")
        .addObject()
        .put("type", "custom_tool_call_output")
        .put("call_id", "c1")
        .put("output", "y");
    String then = respond(application, asked, Completions.completion("done"));
    assertEquals(200, call(application, "DELETE", id).status());
    assertEquals(1000, call(application, "GET", then).json().path("tools").size());
  }

  private static String respond(WholeApplication application, ObjectNode asked, String answer) {
    try (RawClient client = RawClient.connect(application.url())) {
      client.post(Responder.PATH, asked.toString());
      application.upstream().next().respondJson(200, answer);
      RawResponse response = client.response();
      String body = response.restText();
      assertEquals(200, response.status(), body);
      return Json.read(body.getBytes(StandardCharsets.UTF_8)).path("id").asText();
    }
  }

  private static RawResponse call(WholeApplication application, String method, String id) {
    return RawClient.exchange(application.url(), method, Responder.PATH + "/" + id, new byte[0]);
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("s"))) {
      return files.filter(Files::isRegularFile).mapToLong(SharedToolsTest::size).sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
