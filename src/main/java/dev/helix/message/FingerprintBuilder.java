package dev.helix.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.text.ByteSearch;
import dev.helix.text.Json;
import dev.helix.text.NormalizedText;
import dev.helix.text.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects what counts of a message, by field, for its {@link Fingerprint}. One for each. */
final class FingerprintBuilder implements Json.FieldReader {
  /** What is said in a field: a text in UTF-8 ({@code s}), or a digest of something else. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Value(char kind, byte[] bytes) {
    byte[] digest() {
      return kind == 's' ? FingerprintBuilder.digest('s', bytes) : bytes;
    }
  }

  private final Message message;
  private final Map<String, Value> values = new TreeMap<>();

  /** What the parts of the content say one behind the other. */
  private final StringBuilder spoken = new StringBuilder();

  private final List<Value> thoughts = new ArrayList<>();

  /** Whether the content has parts that say nothing in words. */
  private boolean unspoken;

  /** Whether each of the tool calls has an id. */
  private boolean callsHaveIds;

  private FingerprintBuilder(Message message) {
    this.message = message;
  }

  static FingerprintBuilder by(Message message) {
    FingerprintBuilder said = new FingerprintBuilder(message);
    message.eachField(said);
    return said;
  }

  boolean nothing() {
    return values.isEmpty();
  }

  boolean callsTools() {
    return message.isAssistant()
        && (values.containsKey("tool_calls") || values.containsKey("function_call"));
  }

  /** The fields that count. Beside calls with ids nothing does. */
  Map<String, Value> whatCounts() {
    return message.isAssistant() && callsHaveIds
        ? Map.of("tool_calls", values.get("tool_calls"))
        : values;
  }

  @Override
  public void field(String name, JsonParser value, int start) throws IOException {
    switch (name) {
      case "content" -> put(name, content(value));
      case "refusal", "tool_call_id" -> put(name, text(value, ""));
      case "name" -> {
        if (!message.isAssistant()) {
          put(name, text(value, ""));
        }
      }
      case "tool_calls" -> put(name, toolCalls(value));
      case "function_call", "audio" -> {
        if (value.currentToken() == JsonToken.START_OBJECT) {
          put(name, name.equals("audio") ? identity(value) : new Value('d', value(value)));
        }
      }
      default -> {
        // Not said, but added around it.
      }
    }
  }

  /** Of a name that comes twice the last one counts, as everywhere. */
  private void put(String name, Value value) {
    if (value == null) {
      values.remove(name);
    } else {
      values.put(name, value);
    }
  }

  /** A text, also one that is written as a number; null where there is none. */
  private static Value text(JsonParser value, String role) throws IOException {
    String text = Json.scalarOrNull(value);
    return said(role, text == null ? "" : text);
  }

  private static Value said(String role, String text) {
    String counted = NormalizedText.of(role, text);
    return counted.isEmpty() ? null : new Value('s', Json.utf8(counted));
  }

  private Value content(JsonParser value) throws IOException {
    if (value.currentToken() != JsonToken.START_ARRAY) {
      return value.currentToken() == JsonToken.START_OBJECT
          ? part(value)
          : text(value, message.role());
    }
    spoken.setLength(0);
    thoughts.clear();
    unspoken = false;
    List<Value> parts = new ArrayList<>();
    while (value.nextToken() != JsonToken.END_ARRAY) {
      Value part = part(value);
      if (part != null) {
        parts.add(part);
      }
    }
    if (message.isAssistant() && !parts.isEmpty() && !unspoken) {
      return said(message.role(), spoken.toString());
    }
    if (parts.isEmpty()) {
      parts.addAll(thoughts); // Nothing else was said.
    }
    if (parts.isEmpty()) {
      return null;
    }
    return parts.size() == 1
        ? parts.get(0)
        : new Value('d', join('[', parts.stream().map(Value::digest).toList()));
  }

  /**
   * One part of a content, which may be a string; null for a blank text, and for what an answer's
   * author only thought.
   */
  private Value part(JsonParser value) throws IOException {
    if (value.currentToken() != JsonToken.START_OBJECT) {
      if (value.currentToken().isStructStart()) {
        unspoken = true;
        return new Value('d', value(value));
      }
      String plain = Json.scalarOrNull(value);
      spoken.append(plain == null ? "" : plain);
      return said(message.role(), plain == null ? "" : plain);
    }
    Map<String, byte[]> fields = new TreeMap<>();
    String type = null;
    String words = "";
    Value text = null;
    while (value.nextToken() != JsonToken.END_OBJECT) {
      String name = value.currentName();
      value.nextToken();
      if (name.equals("text") && value.currentToken() == JsonToken.VALUE_STRING) {
        words = value.getText();
        text = said(message.role(), words);
      } else if (value.currentToken() != JsonToken.VALUE_NULL) {
        type = name.equals("type") ? Json.textOrNull(value) : type;
        fields.put(name, value(value));
      }
    }
    // A part with nothing but a text is one, also without its type.
    if ("text".equals(type) || (text != null && fields.isEmpty())) {
      spoken.append(words);
      return text;
    }
    if (text != null) {
      fields.put("text", text.digest());
    }
    Value part = new Value('d', object(fields));
    if (message.isAssistant() && type != null && MessageContent.THOUGHTS.contains(type)) {
      thoughts.add(part);
      return null;
    }
    unspoken = true;
    return part;
  }

  /** The ids of the calls in their order; a call without one counts by all it says. */
  private Value toolCalls(JsonParser value) throws IOException {
    callsHaveIds = value.currentToken() == JsonToken.START_ARRAY;
    if (!callsHaveIds) {
      return null;
    }
    List<byte[]> digests = new ArrayList<>();
    while (value.nextToken() != JsonToken.END_ARRAY) {
      boolean call = value.currentToken() == JsonToken.START_OBJECT;
      Value said = call ? identity(value) : new Value('d', value(value));
      digests.add(said.digest());
      callsHaveIds &= said.kind() == 's';
    }
    callsHaveIds &= !digests.isEmpty();
    return digests.isEmpty() ? null : new Value('d', join('[', digests));
  }

  /** The object's id, or a digest of all of it where it has none. */
  private Value identity(JsonParser value) throws IOException {
    Map<String, byte[]> fields = new TreeMap<>();
    Value id = null;
    while (value.nextToken() != JsonToken.END_OBJECT) {
      String name = value.currentName();
      value.nextToken();
      if (name.equals("id") && Json.scalarOrNull(value) != null) {
        id = text(value, "");
      } else {
        fields.put(name, value(value));
      }
    }
    return id != null ? id : new Value('d', object(fields));
  }

  /** The digest of any value; leaves the parser at its last token. */
  private byte[] value(JsonParser value) throws IOException {
    JsonToken token = value.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, byte[]> fields = new TreeMap<>();
      while (value.nextToken() != JsonToken.END_OBJECT) {
        String name = value.currentName();
        // What is null is what is absent.
        if (value.nextToken() != JsonToken.VALUE_NULL) {
          fields.put(name, value(value));
        }
      }
      return object(fields);
    }
    if (token == JsonToken.START_ARRAY) {
      List<byte[]> items = new ArrayList<>();
      while (value.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(value));
      }
      return join('[', items);
    }
    return token == JsonToken.VALUE_STRING
        ? string(value)
        : digest('n', value.getText().getBytes(StandardCharsets.UTF_8));
  }

  /** A string's digest; without escapes no text is made of it, which may be a large image. */
  private byte[] string(JsonParser value) throws IOException {
    byte[] json = message.buffer();
    int start = message.offset() + (int) value.currentTokenLocation().getByteOffset() + 1;
    int end = ByteSearch.indexOf((byte) '"', (byte) '\\', json, start, json.length);
    if (json[end] == '\\') {
      return digest('s', Json.utf8(value.getText()));
    }
    MessageDigest digest = Sha256.begin();
    digest.update((byte) 's');
    digest.update(json, start, end - start);
    return digest.digest();
  }

  private static byte[] object(Map<String, byte[]> fields) {
    List<byte[]> digests = new ArrayList<>();
    fields.forEach(
        (name, digest) -> {
          digests.add(digest('s', Json.utf8(name)));
          digests.add(digest);
        });
    return join('{', digests);
  }

  private static byte[] digest(char kind, byte[] bytes) {
    return join(kind, List.of(bytes));
  }

  private static byte[] join(char kind, List<byte[]> parts) {
    MessageDigest digest = Sha256.begin();
    digest.update((byte) kind);
    parts.forEach(digest::update);
    return digest.digest();
  }
}
