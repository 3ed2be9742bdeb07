package dev.helix.openai.chat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Set;

/**
 * The last chunk of a stream, of which another can be made that says nothing: with its id and
 * model, and an empty delta. Not safe for use by several threads.
 */
final class LastChunk {
  /** What an empty chunk has of the one before it, where that has it. */
  private static final Set<String> SAME =
      Set.of("id", "object", "created", "model", "system_fingerprint");

  /** A longer one is passed over: the one before has the same id. */
  private static final int LONGEST = 64 * 1024;

  private byte[] chunk = new byte[0];
  private int length;

  /** An event has passed, whose data is so many bytes of the array. */
  void is(byte[] bytes, int from, int count) {
    if (count > LONGEST) {
      return;
    }
    if (chunk.length < count) {
      chunk = new byte[count + count / 4];
    }
    System.arraycopy(bytes, from, chunk, 0, count);
    length = count;
  }

  /**
   * The JSON of an empty chunk of a choice; null where what passed last was no chunk of a chat, or
   * the one with nothing but the usage, behind which nothing goes on.
   */
  byte[] empty(int choice) {
    StringWriter json = new StringWriter();
    int deltas = -1;
    boolean usage = false;
    try (JsonParser parser = Json.FOREIGN.createParser(chunk, 0, length);
        JsonGenerator out = Json.FACTORY.createGenerator(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      out.writeStartObject();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (SAME.contains(field) && value.isScalarValue()) {
          out.writeFieldName(field);
          write(parser, out);
        } else if (field.equals("choices") && value == JsonToken.START_ARRAY) {
          deltas = deltas(parser);
        } else {
          usage |= field.equals("usage") && value != JsonToken.VALUE_NULL;
          parser.skipChildren();
        }
      }
      out.writeArrayFieldStart("choices");
      out.writeStartObject();
      out.writeNumberField("index", choice);
      out.writeObjectFieldStart("delta");
      out.writeEndObject();
      out.writeNullField("finish_reason");
      out.writeEndObject();
      out.writeEndArray();
      out.writeEndObject();
    } catch (IOException notJson) {
      return null;
    }
    return deltas > 0 || (deltas == 0 && !usage) ? Json.utf8(json.toString()) : null;
  }

  /** A number with the digits that it has. */
  private static void write(JsonParser scalar, JsonGenerator out) throws IOException {
    if (scalar.currentToken().isNumeric()) {
      out.writeNumber(scalar.getText());
    } else {
      out.copyCurrentEvent(scalar);
    }
  }

  /** How many choices there are; -1 where one has no delta. */
  private static int deltas(JsonParser parser) throws IOException {
    int choices = 0;
    boolean each = true;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      boolean delta = false;
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String field = parser.currentName();
          delta |= parser.nextToken() == JsonToken.START_OBJECT && field.equals("delta");
          parser.skipChildren();
        }
      }
      parser.skipChildren();
      each &= delta;
      choices++;
    }
    return each ? choices : -1;
  }
}
