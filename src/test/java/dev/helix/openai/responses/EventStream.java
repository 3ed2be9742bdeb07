package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The events of one response's stream, checked by the rules of their order: what begins ends, one
 * item is open at a time, numbers rise by one, and what the last event says is what was told.
 */
final class EventStream {
  private static final ObjectMapper JSON = new ObjectMapper();

  static final Set<String> KEYS =
      Set.of(
          ("id object created_at completed_at status background conversation error"
                  + " incomplete_details instructions max_output_tokens max_tool_calls metadata"
                  + " model output parallel_tool_calls previous_response_id presence_penalty"
                  + " frequency_penalty prompt_cache_key reasoning safety_identifier service_tier"
                  + " store temperature text tool_choice tools top_logprobs top_p truncation usage"
                  + " user")
              .split(" ", -1));

  private final List<String> shown = new ArrayList<>();
  private final List<JsonNode> done = new ArrayList<>();
  private JsonNode created;
  private JsonNode over;
  private JsonNode error;

  /** The item that is open. */
  private JsonNode item;

  private String part;
  private StringBuilder text = new StringBuilder();
  private boolean textDone;
  private boolean partDone;

  /** Reads and checks a body. */
  static EventStream of(String body) {
    EventStream stream = new EventStream();
    assertTrue(body.endsWith("\n\ndata: [DONE]\n\n"), body);
    String events = body.substring(0, body.length() - "\n\ndata: [DONE]\n\n".length());
    int number = 0;
    for (String event : events.split("\n\n", -1)) {
      String bare = event.replaceFirst("^(: waiting\n)+", "");
      List<String> lines = List.of(bare.split("\n", -1));
      assertEquals(2, lines.size(), event);
      assertTrue(lines.get(0).startsWith("event: ") && lines.get(1).startsWith("data: "), event);
      JsonNode data = json(lines.get(1).substring(6));
      assertEquals(lines.get(0).substring(7), data.path("type").textValue());
      assertEquals(number++, data.path("sequence_number").intValue(), event);
      stream.next(data);
    }
    assertTrue(stream.over != null, "the response has no end");
    return stream;
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  /** What came, in short. */
  List<String> shown() {
    return shown;
  }

  /** The response as it ended. */
  JsonNode response() {
    return over;
  }

  JsonNode created() {
    return created;
  }

  JsonNode error() {
    return error;
  }

  private void next(JsonNode event) {
    assertTrue(over == null, "something follows the end: " + event);
    String type = event.path("type").textValue();
    if (type.matches("response[.](output_item|\\w+_part)[.].*")) {
      assertEquals(created.path("id"), event.path("response_id"), event.toString());
    }
    switch (type) {
      case "response.created" -> {
        assertTrue(created == null && shown.isEmpty());
        created = response(event, "in_progress");
      }
      case "response.in_progress" -> {
        assertEquals(List.of("created"), shown);
        assertEquals(created, response(event, "in_progress"));
      }
      case "response.output_item.added" -> added(event);
      case "response.output_item.done" -> done(event);
      case "response.content_part.added", "response.reasoning_summary_part.added" -> {
        assertTrue(place(event) && part == null, event.toString());
        part = event.at("/part/type").textValue();
        assertEquals("", event.path("part").path(field()).textValue());
      }
      case "response.content_part.done", "response.reasoning_summary_part.done" -> {
        assertTrue(place(event) && textDone && !partDone, event.toString());
        assertEquals(text.toString(), event.path("part").path(field()).textValue());
        partDone = true;
      }
      case "error" -> {
        assertTrue(item == null && error == null, "an item is open: " + event);
        error = event;
        for (String key : List.of("code", "message", "param")) {
          assertEquals(event.get(key), event.path("error").get(key), key);
        }
        assertEquals(4, event.path("error").size());
      }
      case "response.completed", "response.incomplete", "response.failed" -> {
        over = response(event, type.substring("response.".length()));
        assertTrue(item == null, "an item is open: " + event);
        assertEquals(done.size(), over.path("output").size());
        for (int i = 0; i < done.size(); i++) {
          assertEquals(done.get(i), over.path("output").get(i));
        }
        assertEquals(type.equals("response.failed"), error != null);
        assertEquals(type.equals("response.failed"), over.path("error").isObject());
        assertEquals(
            over.path("status").asText().equals("completed"), over.at("/completed_at").isInt());
      }
      default -> text(event, type);
    }
    show(event, type);
  }

  /** Whether an event is about the open item, and its only part. */
  private boolean place(JsonNode event) {
    boolean numbered =
        item.path("type").asText().contains("call")
            || event.path("summary_index").asInt(-1) == 0
            || event.path("content_index").asInt(-1) == 0;
    return numbered
        && event.path("item_id").equals(item.path("id"))
        && event.path("output_index").asInt(-1) == done.size();
  }

  private static JsonNode response(JsonNode event, String status) {
    JsonNode response = event.path("response");
    Set<String> keys = new TreeSet<>();
    response.fieldNames().forEachRemaining(keys::add);
    assertEquals(new TreeSet<>(KEYS), keys);
    assertEquals(status, response.path("status").textValue());
    return response;
  }

  private String field() {
    return "refusal".equals(part) ? "refusal" : "text";
  }

  private void added(JsonNode event) {
    assertTrue(created != null && item == null, event.toString());
    item = event.path("item");
    assertEquals(done.size(), event.path("output_index").intValue());
    assertEquals("in_progress", item.path("status").textValue());
    assertTrue(item.path("content").isEmpty() && item.path("summary").isEmpty(), event.toString());
    assertTrue(item.path("arguments").asText().isEmpty() && item.path("input").asText().isEmpty());
    assertFalse(done.stream().anyMatch(each -> each.path("id").equals(item.path("id"))));
    part = null;
    text = new StringBuilder();
    textDone = false;
    partDone = false;
  }

  private void text(JsonNode event, String type) {
    assertTrue(place(event) && !textDone, event.toString());
    boolean call = item.path("type").asText().contains("call");
    assertTrue(call || part != null, "its part has not begun: " + event);
    String name =
        type.substring(type.indexOf('.') + 1, type.lastIndexOf('.'))
            .replace("reasoning_summary_text", "summary_text");
    String expected =
        switch (item.path("type").asText()) {
          case "function_call" -> "function_call_arguments";
          case "custom_tool_call" -> "custom_tool_call_input";
          default -> part;
        };
    assertEquals(expected, name);
    boolean output = name.equals("output_text");
    assertEquals(output, event.path("logprobs").isArray());
    if (type.endsWith(".delta")) {
      assertFalse(event.path("delta").textValue().isEmpty());
      text.append(event.path("delta").textValue());
    } else {
      textDone = true;
      String field = call ? (name.endsWith("input") ? "input" : "arguments") : field();
      assertEquals(text.toString(), event.path(field).textValue());
      if (name.equals("function_call_arguments")) {
        assertEquals(item.path("name"), event.path("name"));
      }
    }
  }

  private void done(JsonNode event) {
    JsonNode whole = event.path("item");
    assertEquals(item.path("id"), whole.path("id"));
    assertTrue(textDone && (part == null || partDone), event.toString());
    switch (whole.path("type").asText()) {
      case "function_call" -> assertEquals(text.toString(), whole.path("arguments").textValue());
      case "custom_tool_call" -> assertEquals(text.toString(), whole.path("input").textValue());
      default -> {
        JsonNode parts = whole.path(part.equals("summary_text") ? "summary" : "content");
        assertEquals(1, parts.size());
        assertEquals(text.toString(), parts.get(0).path(field()).textValue());
        if (part.equals("output_text")) {
          assertTrue(parts.get(0).path("annotations").isArray());
          assertTrue(parts.get(0).path("logprobs").isArray());
        }
      }
    }
    done.add(whole);
    item = null;
  }

  private void show(JsonNode event, String type) {
    String name = type.replace("response.", "");
    if (type.endsWith(".delta")) {
      shown.add(name.replace(".delta", "") + " " + event.path("delta").textValue());
    } else if (type.equals("response.output_item.added")) {
      JsonNode added = event.path("item");
      shown.add("+ " + added.path("type").asText() + of(added, "namespace") + of(added, "name"));
    } else if (type.equals("response.output_item.done")) {
      shown.add("- " + event.at("/item/status").asText());
    } else if (!type.contains("part.") && !type.endsWith(".done")) {
      shown.add(name);
    }
  }

  private static String of(JsonNode item, String field) {
    return item.has(field) ? " " + item.path(field).asText() : "";
  }
}
