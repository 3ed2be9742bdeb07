package dev.helix.openai.responses;

import dev.helix.message.Message;
import dev.helix.openai.items.AskedNote;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.StoredOutput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The response object: every key that it always has, and what of it is stored. No state. */
final class ResponseObject {
  /** The keys that say what was asked, with what they have where it was not said. */
  private static final Map<String, Object> UNASKED = unasked();

  /** The keys that say what came of it. */
  private static final Set<String> HEAD =
      head(null, 0, null, ResponseEnd.IN_PROGRESS, List.of()).keySet();

  /** What a function tool always has. */
  private static final List<String> OF_FUNCTIONS =
      List.of("type", "name", "description", "parameters", "strict");

  private ResponseObject() {}

  private static Map<String, Object> unasked() {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("background", false);
    keys.put("conversation", null);
    keys.put("instructions", null);
    keys.put("max_output_tokens", null);
    keys.put("max_tool_calls", null);
    keys.put("metadata", Map.of());
    keys.put("parallel_tool_calls", true);
    keys.put("previous_response_id", null);
    keys.put("presence_penalty", 0);
    keys.put("frequency_penalty", 0);
    keys.put("prompt_cache_key", null);
    keys.put("reasoning", null);
    keys.put("safety_identifier", null);
    keys.put("service_tier", "default");
    keys.put("store", true);
    keys.put("temperature", 1);
    keys.put("text", Map.of("format", Map.of("type", "text")));
    keys.put("tool_choice", "auto");
    keys.put("tools", List.of());
    keys.put("top_logprobs", 0);
    keys.put("top_p", 1);
    keys.put("truncation", "disabled");
    keys.put("user", null);
    return Collections.unmodifiableMap(keys);
  }

  /** The keys that say what was asked, but for the model, and whatever else was. */
  static Map<String, Object> echo(Map<String, Object> asked) {
    Map<String, Object> echo = new LinkedHashMap<>(UNASKED);
    asked.forEach(
        (name, value) -> {
          if (value != null || UNASKED.get(name) == null) {
            echo.put(name, value);
          }
        });
    HEAD.forEach(echo::remove);
    if (echo.get("conversation") instanceof String id) {
      echo.put("conversation", Map.of("id", id));
    }
    if (echo.get("reasoning") instanceof Map<?, ?> reasoning) {
      echo.put("reasoning", with(reasoning, List.of("effort", "summary")));
    }
    if (echo.get("text") instanceof Map<?, ?> text && text.get("format") == null) {
      Map<Object, Object> whole = new LinkedHashMap<>();
      whole.put("format", Map.of("type", "text"));
      text.forEach((name, value) -> whole.putIfAbsent(name, value));
      echo.put("text", whole);
    }
    if (echo.get("tools") instanceof List<?> tools) {
      List<Object> whole = new ArrayList<>();
      for (Object each : tools) {
        boolean function = each instanceof Map<?, ?> tool && "function".equals(tool.get("type"));
        whole.add(function ? with((Map<?, ?>) each, OF_FUNCTIONS) : each);
      }
      echo.put("tools", whole);
    }
    return echo;
  }

  /** What is kept of the fields that say what was asked. */
  static Map<String, Object> kept(Map<String, Object> asked) {
    Map<String, Object> kept = new LinkedHashMap<>();
    kept.put("model", model(asked));
    kept.putAll(said(asked));
    return kept;
  }

  /** The same without what holds where nothing is said. */
  static Map<String, Object> said(Map<String, Object> asked) {
    Map<String, Object> said = echo(asked);
    UNASKED.forEach(said::remove);
    return said;
  }

  /** An object with these keys in any case. */
  private static Map<Object, Object> with(Map<?, ?> object, List<String> keys) {
    Map<Object, Object> whole = new LinkedHashMap<>();
    keys.forEach(key -> whole.put(key, object.get(key)));
    whole.putAll(object);
    return whole;
  }

  /** The keys that say what came of it. */
  static Map<String, Object> head(
      String id, long createdAt, String model, ResponseEnd end, List<Object> output) {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("id", id);
    head.put("object", "response");
    head.put("created_at", createdAt);
    head.put("completed_at", end.completedAt());
    head.put("status", end.status());
    head.put("error", end.error());
    head.put("incomplete_details", end.incomplete());
    head.put("model", model);
    head.put("output", output);
    head.put("usage", end.usage());
    return head;
  }

  /**
   * The response as it is stored: made of an answer's element, which has its message and its note.
   * One that has no end yet is in progress, or, where nothing answers it any more, it failed.
   *
   * @param element an answer with a note
   * @param running whether a turn is answering it
   * @throws IllegalArgumentException if the element has no note of a response
   */
  static Map<String, Object> stored(Message element, boolean running) {
    Map<String, Object> message = StoredOutput.json(element.elementJson());
    if (!(message.get("response") instanceof Map<?, ?> note)
        || !(note.get("id") instanceof String id)) {
      throw new IllegalArgumentException("the element has no note of a response");
    }
    Map<String, Object> asked = AskedNote.asked(note);
    ResponseEnd end = StoredOutput.end(element, note, running);
    List<Object> output = StoredOutput.of(element, message, note, end);
    long createdAt = note.get("created_at") instanceof Number at ? at.longValue() : 0;
    String model = element.model() == null ? model(asked) : element.model();
    Map<String, Object> response = head(id, createdAt, model, end, output);
    response.putAll(echo(asked));
    return response;
  }

  /** The model that was asked for; "" where none was named. */
  static String model(Map<String, Object> asked) {
    return asked.get("model") instanceof String model ? model : "";
  }
}
