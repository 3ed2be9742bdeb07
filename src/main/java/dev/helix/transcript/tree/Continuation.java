package dev.helix.transcript.tree;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.helix.message.Message;
import dev.helix.text.Json;
import dev.helix.text.NormalizedText;
import java.io.IOException;
import java.util.Set;

/** An answer and what was added to it later, as one message. Specification section 4. */
public final class Continuation {
  /** Texts that an upstream gives piece by piece, like the content. */
  private static final Set<String> GROWING =
      Set.of("reasoning_content", "reasoning", "thinking", "refusal");

  private Continuation() {}

  /**
   * The old answer with the new one behind it, and the fields of both.
   *
   * @param begun the old text as the client has it and sent it upstream
   */
  public static Message join(Message old, String begun, Message added) {
    ObjectNode joined = fields(old);
    JsonNode oldContent = joined.get("content");
    fields(added)
        .properties()
        .forEach(
            field -> {
              JsonNode before = joined.get(field.getKey());
              if (before == null || !field.getValue().isNull()) {
                joined.set(field.getKey(), joined(field.getKey(), before, field.getValue()));
              }
            });
    if (oldContent instanceof ArrayNode parts) {
      ArrayNode all = parts.deepCopy();
      if (!added.text().isEmpty()) {
        all.addObject().put("type", "text").put("text", added.text());
      }
      joined.set("content", all);
    } else {
      joined.put("content", text(old, begun) + added.text());
    }
    try {
      return Message.parse(Json.utf8(Json.EXACT.writeValueAsString(joined)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private static JsonNode joined(String name, JsonNode before, JsonNode after) {
    if (before != null && before.isTextual() && after.isTextual() && GROWING.contains(name)) {
      return TextNode.valueOf(before.textValue() + after.textValue());
    }
    return after;
  }

  /** The stored text, unless the client has another; the end is as the client sent it. */
  private static String text(Message old, String begun) {
    String stored = old.text();
    if (!NormalizedText.of(old.role(), stored).equals(NormalizedText.of(old.role(), begun))) {
      return begun;
    }
    return stored.substring(0, NormalizedText.stripEnd(stored))
        + begun.substring(NormalizedText.stripEnd(begun));
  }

  private static ObjectNode fields(Message message) {
    try {
      return (ObjectNode) Json.EXACT.readTree(message.wireJson());
    } catch (IOException e) {
      throw new IllegalStateException("the bytes of a message were changed", e);
    }
  }
}
