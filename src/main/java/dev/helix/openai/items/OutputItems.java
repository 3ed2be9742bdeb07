package dev.helix.openai.items;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.openai.items.Layout.Cut;
import dev.helix.openai.items.OutputItem.Kind;
import dev.helix.text.Json;
import dev.helix.turn.reply.AnswerTexts;
import dev.helix.turn.reply.AnswerTexts.Fields;
import dev.helix.turn.reply.AnswerTexts.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes the items of one response's output, one after the other: each gets its id by its place
 * among those of its kind. Not safe for use by several threads.
 */
public final class OutputItems {
  private final ItemIds ids;
  private final CalledTools tools;
  private final boolean rawReasoning;
  private int reasoned;
  private int messages;
  private int calls;

  /**
   * Those of a response of which none was made.
   *
   * @param rawReasoning whether what was thought is told as it is, and not as a summary
   */
  public OutputItems(ItemIds ids, CalledTools tools, boolean rawReasoning) {
    this.ids = ids;
    this.tools = tools;
    this.rawReasoning = rawReasoning;
  }

  public OutputItem reasoning() {
    Kind kind = rawReasoning ? Kind.THOUGHT : Kind.SUMMARY;
    return new OutputItem(kind, ids.reasoning(reasoned++), null, null);
  }

  public OutputItem message(Kind kind) {
    return new OutputItem(kind, ids.message(messages++), null, null);
  }

  /** Whether a call is told as the upstream tells it, so that it may be told while it grows. */
  public boolean isPlain(Map<?, ?> call) {
    return !tools.named(AnswerTexts.name(call)).custom();
  }

  public OutputItem call(Map<?, ?> call) {
    int index = calls++;
    CalledTools.Tool called = tools.named(AnswerTexts.name(call));
    return new OutputItem(
        called.custom() ? Kind.CUSTOM : Kind.FUNCTION,
        ids.call(called.custom(), index),
        called,
        AnswerTexts.callId(call, none -> ids.callId(index)));
  }

  /** What a call's item has for its text. */
  public static CharSequence argumentsOf(OutputItem item, Map<?, ?> call) {
    CharSequence arguments = AnswerTexts.arguments(call);
    return item.kind() == Kind.CUSTOM ? input(arguments.toString()) : arguments;
  }

  /** The one argument of a custom tool; all that was said where it is not there. */
  private static String input(String arguments) {
    try {
      JsonNode json = Json.MAPPER.readTree(arguments);
      JsonNode input = json == null ? null : json.get("input");
      if (input != null && json.size() == 1) {
        return input.isTextual() ? input.textValue() : input.toString();
      }
    } catch (IOException cutOff) {
      // As below.
    }
    return arguments;
  }

  /** An item that is over, with what it says. */
  public record Said(OutputItem item, CharSequence text, String status) {}

  /**
   * All items of a message, as a response has them.
   *
   * @param layout how they are cut out of it
   * @param last the status of the last one
   */
  public List<Object> of(Fields message, Layout layout, String last) {
    return told(said(message, layout, last));
  }

  /** Items as a response has them. */
  static List<Object> told(List<Said> said) {
    List<Object> items = new ArrayList<>();
    said.forEach(each -> items.add(each.item().with(each.text(), each.status())));
    return items;
  }

  /** All items of a message, as {@link #of} gives them. */
  List<Said> said(Fields message, Layout layout, String last) {
    List<Said> items = new ArrayList<>();
    Place thoughts = AnswerTexts.thoughts(message);
    CharSequence thought = thoughts == null ? "" : thoughts.text(message);
    CharSequence text = Place.TEXT.text(message);
    CharSequence refusal = Place.REFUSAL.text(message);
    List<Map<?, ?>> called = AnswerTexts.calls(message);
    int thoughtFrom = 0;
    int textFrom = 0;
    int refusalFrom = 0;
    for (int i = 0; i < layout.cuts().size(); i++) {
      Cut cut = layout.cuts().get(i);
      String status = i + 1 == layout.cuts().size() ? last : OutputItem.COMPLETED;
      switch (cut.source()) {
        case REASONING -> {
          items.add(new Said(reasoning(), part(thought, thoughtFrom, cut.size()), status));
          thoughtFrom += cut.size();
        }
        case TEXT -> {
          items.add(new Said(message(Kind.TEXT), part(text, textFrom, cut.size()), status));
          textFrom += cut.size();
        }
        case REFUSAL -> {
          items.add(
              new Said(message(Kind.REFUSAL), part(refusal, refusalFrom, cut.size()), status));
          refusalFrom += cut.size();
        }
        case CALL -> {
          if (cut.size() < called.size()) {
            OutputItem item = call(called.get(cut.size()));
            items.add(new Said(item, argumentsOf(item, called.get(cut.size())), status));
          }
        }
      }
    }
    return items;
  }

  /** A part of a text, as much of it as is there. */
  public static CharSequence part(CharSequence text, int from, int size) {
    int begin = Math.min(from, text.length());
    int end = Math.min(begin + size, text.length());
    return begin == 0 && end == text.length() ? text : text.subSequence(begin, end);
  }
}
