package dev.helix.turn.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Where in a chat message the texts are that endpoints tell apart: what was said, what was refused,
 * what was thought. A message is a map, or an answer that grows. No state.
 */
public final class AnswerTexts {
  /** Reads a field of a message; null where there is none. */
  @FunctionalInterface
  public interface Fields {
    Object get(String name);
  }

  /** A place in which a message has a text, or parts of one. */
  public enum Place {
    TEXT("content"),
    REFUSAL("refusal"),
    REASONING_CONTENT("reasoning_content"),
    REASONING("reasoning"),
    THINKING("thinking"),
    REASONING_DETAILS("reasoning_details"),
    THOUGHT_PARTS("content");

    private final String field;

    Place(String field) {
      this.field = field;
    }

    public Object in(Fields message) {
      Object value = message.get(field);
      // Of a content that is one text nothing was thought.
      return this == THOUGHT_PARTS && value instanceof CharSequence ? null : value;
    }

    /** What one part of a list says; "" where it is for another place. */
    public CharSequence of(Object part) {
      if (part instanceof CharSequence text) {
        return this == THOUGHT_PARTS ? "" : text;
      }
      if (!(part instanceof Map<?, ?> fields)) {
        return "";
      }
      Object type = fields.get("type");
      boolean thought = "thinking".equals(type) || "reasoning".equals(type);
      return switch (this) {
        case TEXT -> thought ? "" : texts(fields.get("refusal".equals(type) ? type : "text"));
        case THOUGHT_PARTS -> thought ? any(fields) : "";
        default -> any(fields);
      };
    }

    private static CharSequence any(Map<?, ?> part) {
      for (String name : List.of("text", "summary", "thinking", "reasoning", "refusal")) {
        CharSequence text = texts(part.get(name));
        if (text.length() > 0) {
          return text;
        }
      }
      return "";
    }

    private static CharSequence texts(Object value) {
      if (value instanceof CharSequence text) {
        return text;
      }
      return value instanceof List<?> parts ? REASONING.joined(parts) : "";
    }

    private CharSequence joined(List<?> parts) {
      if (parts.size() == 1) {
        return of(parts.get(0));
      }
      StringBuilder all = new StringBuilder();
      parts.forEach(part -> all.append(of(part)));
      return all;
    }

    /** All of the text; "" for none. */
    public CharSequence text(Fields message) {
      Object value = in(message);
      if (value instanceof CharSequence text) {
        return text;
      }
      return value instanceof List<?> parts ? joined(parts) : "";
    }
  }

  /** More of them than so count as a text, so that no more is held, or looked through. */
  private static final int MOST_BLANKS = 1024;

  /** Where thoughts may be. Some say them twice: the first place that has any counts. */
  private static final List<Place> THOUGHTS =
      List.of(
          Place.REASONING_CONTENT,
          Place.REASONING,
          Place.THINKING,
          Place.REASONING_DETAILS,
          Place.THOUGHT_PARTS);

  private AnswerTexts() {}

  /** Where the message has what was thought; null where nothing was. */
  public static Place thoughts(Fields message) {
    for (Place place : THOUGHTS) {
      if (place.in(message) != null && !isBlank(place.text(message))) {
        return place;
      }
    }
    return null;
  }

  /** Whether there is nothing to be seen in it, nor is it long. */
  public static boolean isBlank(CharSequence text) {
    if (text.length() > MOST_BLANKS) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isWhitespace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The calls of tools in a message, in their order, and a function that was called as in former
   * times behind them.
   */
  public static List<Map<?, ?>> calls(Fields message) {
    List<Map<?, ?>> calls = new ArrayList<>();
    if (message.get("tool_calls") instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> call) {
          calls.add(call);
        }
      }
    }
    if (message.get("function_call") instanceof Map<?, ?> function && !function.isEmpty()) {
      calls.add(function);
    }
    return calls;
  }

  private static Map<?, ?> function(Map<?, ?> call) {
    return call.get("function") instanceof Map<?, ?> function ? function : call;
  }

  /** The name of the tool that is called; "" where it has none. */
  public static String name(Map<?, ?> call) {
    return function(call).get("name") instanceof CharSequence name ? name.toString() : "";
  }

  /** The arguments of a call; "" where it has none. */
  public static CharSequence arguments(Map<?, ?> call) {
    return function(call).get("arguments") instanceof CharSequence text ? text : "";
  }

  /** The id of a call, or what stands for it. */
  public static String callId(Map<?, ?> call, UnaryOperator<String> orElse) {
    String id = call.get("id") instanceof CharSequence text ? text.toString() : "";
    return id.isEmpty() ? orElse.apply(id) : id;
  }
}
