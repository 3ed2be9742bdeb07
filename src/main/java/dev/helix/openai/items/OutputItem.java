package dev.helix.openai.items;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One item of a response's output, which has one part of text: what it is, and what it and its
 * events are called. Immutable.
 *
 * @param called the tool that it calls; null for what is no call
 * @param callId the id of that call
 */
public record OutputItem(Kind kind, String id, CalledTools.Tool called, String callId) {
  static final String IN_PROGRESS = "in_progress";
  public static final String COMPLETED = "completed";
  static final String INCOMPLETE = "incomplete";

  /** What an item has for its one text. */
  public enum Kind {
    /** What a model thought, as the summary of it. */
    SUMMARY("reasoning", "reasoning_summary_part", "reasoning_summary_text", "summary_text"),
    /** What a model thought, as it is. */
    THOUGHT("reasoning", "content_part", "reasoning_text", "reasoning_text"),
    TEXT("message", "content_part", "output_text", "output_text"),
    REFUSAL("message", "content_part", "refusal", "refusal"),
    FUNCTION("function_call", null, "function_call_arguments", null),
    CUSTOM("custom_tool_call", null, "custom_tool_call_input", null);

    private final String item;
    private final String partEvents;
    private final String textEvents;
    private final String part;

    Kind(String item, String partEvents, String textEvents, String part) {
      this.item = item;
      this.partEvents = partEvents;
      this.textEvents = textEvents;
      this.part = part;
    }

    public boolean isCall() {
      return part == null;
    }

    /** The names of the events of its part; null where it has none. */
    public String partEvents() {
      return partEvents;
    }

    /** The names of the events of its text. */
    public String textEvents() {
      return textEvents;
    }

    /** The field that has its text. */
    public String textField() {
      return switch (this) {
        case REFUSAL -> "refusal";
        case FUNCTION -> "arguments";
        case CUSTOM -> "input";
        default -> "text";
      };
    }

    /** The field that numbers its part. */
    public String indexField() {
      return this == SUMMARY ? "summary_index" : "content_index";
    }
  }

  /** The item as it begins. */
  public Map<String, Object> begun() {
    return item("", IN_PROGRESS, List.of());
  }

  /** The item with its text. */
  public Map<String, Object> with(CharSequence text, String status) {
    return item(text, status, kind.isCall() ? List.of() : List.of(part(text)));
  }

  private Map<String, Object> item(CharSequence text, String status, List<Object> parts) {
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("id", id);
    item.put("type", kind.item);
    item.put("status", status);
    switch (kind) {
      case SUMMARY -> item.put("summary", parts);
      case THOUGHT -> {
        item.put("summary", List.of());
        item.put("content", parts);
      }
      case TEXT, REFUSAL -> {
        item.put("role", "assistant");
        item.put("content", parts);
      }
      case FUNCTION, CUSTOM -> {
        item.put("call_id", callId);
        if (called.namespace() != null) {
          item.put("namespace", called.namespace());
        }
        item.put("name", called.name());
        item.put(kind.textField(), text);
      }
    }
    return item;
  }

  /** Its part with a text. */
  public Map<String, Object> part(CharSequence text) {
    Map<String, Object> part = new LinkedHashMap<>();
    part.put("type", kind.part);
    part.put(kind.textField(), text);
    if (kind == Kind.TEXT) {
      part.put("annotations", List.of());
      part.put("logprobs", List.of());
    }
    return part;
  }
}
