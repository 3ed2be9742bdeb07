package dev.helix.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What of a stored message is sent to a backend again: what backends take, and not what only they
 * give, such as {@code refusal}, {@code annotations} or {@code "tool_calls":[]}. Made of a walk
 * over the message's fields, each of which is asked for once. Not thread-safe. Specification
 * section 4.
 */
final class SentForm {
  private static final Set<String> REASONING =
      Set.of("reasoning", "reasoning_content", "reasoning_details", "thinking", "thinking_blocks");

  /** What the role and the layout count as. */
  private static final int MESSAGE_CHARACTERS = 16;

  /** What an image, a sound or a file counts as, whatever its size. */
  private static final int MEDIA_CHARACTERS = 4000;

  private final Message message;
  private final boolean reasoning;
  private final boolean counting;
  private long characters = MESSAGE_CHARACTERS;
  private boolean speaks;
  private boolean calls;
  private String instead;

  /** Where the content's parts are without its reasoning; null where it stands as it is. */
  private List<int[]> parts;

  /**
   * The form of a message.
   *
   * @param reasoning whether what a model thought is sent too
   * @param counting whether {@link #characters} is asked for, for which all texts are decoded
   */
  SentForm(Message message, boolean reasoning, boolean counting) {
    this.message = message;
    this.reasoning = reasoning;
    this.counting = counting;
  }

  /** Whether a field is sent; the parser stands at its value's first token. */
  boolean takes(String name, JsonParser value) throws IOException {
    JsonToken token = value.currentToken();
    switch (name) {
      case "role" -> {
        return true;
      }
      case "content" -> {
        content(value);
        return true;
      }
      case "name", "tool_call_id" -> {
        characters += token == JsonToken.VALUE_STRING ? lengthOf(value) : 0;
        return token != JsonToken.VALUE_NULL;
      }
      case "tool_calls" -> {
        calls = token == JsonToken.START_ARRAY && count(value) > 0;
        return calls;
      }
      case "function_call" -> {
        boolean call = token == JsonToken.START_OBJECT && count(value) > 0;
        calls |= call;
        return call;
      }
      case "refusal" -> {
        instead = instead == null ? Json.textOrNull(value) : instead;
        return false;
      }
      case "audio" -> {
        transcript(value);
        return false;
      }
      default -> {
        boolean sent =
            reasoning && REASONING.contains(name) && value.currentToken() != JsonToken.VALUE_NULL;
        return sent && count(value) >= 0;
      }
    }
  }

  /**
   * The content's JSON that is sent in place of the message's own; null where that is sent as it
   * is. An answer that says nothing but a refusal or a sound is sent with what these say.
   */
  byte[] content() {
    if (parts != null && speaks) {
      return joined();
    }
    boolean mute = !speaks && !calls && message.isAssistant();
    if (mute) {
      return Json.utf8(Json.quote(instead == null ? "" : instead));
    }
    return parts == null ? null : Json.utf8("null");
  }

  /** About how many characters a model reads. */
  long characters() {
    return characters + (speaks || instead == null ? 0 : instead.length());
  }

  private void content(JsonParser value) throws IOException {
    JsonToken token = value.currentToken();
    if (token == JsonToken.START_ARRAY) {
      array(value);
    } else if (token == JsonToken.START_OBJECT) {
      speaks = part(value);
      parts = speaks ? null : List.of();
    } else {
      // A string that says something has no quotation mark behind its first.
      int text = message.offset() + (int) value.currentTokenLocation().getByteOffset() + 1;
      speaks =
          token == JsonToken.VALUE_STRING
              ? message.buffer()[text] != '"'
              : token != JsonToken.VALUE_NULL;
      parts = null;
      characters += speaks ? lengthOf(value) : 0;
    }
  }

  /** How long a text is; 0 where nobody asks. */
  private int lengthOf(JsonParser scalar) throws IOException {
    return counting ? scalar.getTextLength() : 0;
  }

  private void array(JsonParser array) throws IOException {
    List<int[]> kept = new ArrayList<>();
    boolean dropped = false;
    while (array.nextToken() != JsonToken.END_ARRAY) {
      int from = (int) array.currentTokenLocation().getByteOffset();
      boolean taken = part(array);
      dropped |= !taken;
      if (taken) {
        kept.add(new int[] {from, (int) array.currentLocation().getByteOffset()});
      }
    }
    speaks = !kept.isEmpty();
    parts = dropped ? kept : null;
  }

  /** Counts a part, which some backends take as a string too; whether it is sent. */
  private boolean part(JsonParser value) throws IOException {
    if (value.currentToken() != JsonToken.START_OBJECT) {
      characters += value.currentToken().isScalarValue() ? lengthOf(value) : 0;
      value.skipChildren();
      value.finishToken();
      return true;
    }
    int from = (int) value.currentTokenLocation().getByteOffset();
    String type = null;
    int text = -1;
    while (value.nextToken() != JsonToken.END_OBJECT) {
      String field = value.currentName();
      boolean string = value.nextToken() == JsonToken.VALUE_STRING;
      if (string && field.equals("type")) {
        type = value.getText();
      } else if (string && field.equals("text")) {
        text = lengthOf(value);
      }
      value.skipChildren();
    }
    boolean thought =
        message.isAssistant() && type != null && MessageContent.THOUGHTS.contains(type);
    if (thought && !reasoning) {
      return false;
    }
    int length = (int) value.currentLocation().getByteOffset() - from;
    characters += text >= 0 ? text : thought ? length : Math.min(length, MEDIA_CHARACTERS);
    return true;
  }

  private byte[] joined() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int[] part : parts) {
      out.write(out.size() == 0 ? '[' : ',');
      out.write(message.buffer(), message.offset() + part[0], part[1] - part[0]);
    }
    out.write(']');
    return out.toByteArray();
  }

  private void transcript(JsonParser audio) throws IOException {
    if (audio.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    while (audio.nextToken() != JsonToken.END_OBJECT) {
      String field = audio.currentName();
      boolean string = audio.nextToken() == JsonToken.VALUE_STRING;
      if (string && field.equals("transcript") && instead == null) {
        instead = audio.getText();
      }
      audio.skipChildren();
    }
  }

  /** Counts what a value says and moves to its end; how many other values are in it. */
  private int count(JsonParser value) throws IOException {
    int depth = 0;
    int values = -1;
    while (true) {
      JsonToken token = value.currentToken();
      if (token.isStructEnd()) {
        depth--;
      } else if (token.isStructStart()) {
        depth++;
        values++;
      } else if (token.isScalarValue()) {
        characters += lengthOf(value);
        values++;
      }
      if (depth == 0) {
        return values;
      }
      value.nextToken();
    }
  }
}
