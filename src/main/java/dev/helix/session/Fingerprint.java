package dev.helix.session;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What two messages have in common that are equal to the walk: 128 bits of SHA-256 over the role
 * and what is said. Immutable.
 *
 * <p>Layout, escapes and the order of keys do not count; nor do white space at the ends of a text,
 * the difference between {@code null}, {@code ""} and no content, and between a text and a single
 * text part. Tool calls count by their ids. Everything else that upstreams add to a reply, and that
 * clients leave out when they resend it, is ignored. Specification section 4.
 */
record Fingerprint(long high, long low, boolean empty) {

  static Fingerprint of(Message message) {
    Said said = new Said(message);
    message.eachField(said);
    MessageDigest digest = sha256();
    update(digest, message.role());
    said.parts.forEach(
        (name, value) -> {
          update(digest, name);
          digest.update(value);
        });
    ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
    return new Fingerprint(bytes.getLong(), bytes.getLong(), said.parts.isEmpty());
  }

  /** Collects the digests of what counts, by field. */
  private static final class Said implements Json.FieldReader {
    private final Message message;
    private final Map<String, byte[]> parts = new TreeMap<>();

    Said(Message message) {
      this.message = message;
    }

    @Override
    public void field(String name, JsonParser value, int start) throws IOException {
      switch (name) {
        case "content" -> put(name, content(value));
        case "refusal", "tool_call_id" -> put(name, text(value));
        case "name" -> {
          if (!message.isAssistant()) {
            put(name, text(value));
          }
        }
        case "tool_calls" -> put(name, toolCalls(value));
        case "function_call", "audio" -> {
          if (value.currentToken() == JsonToken.START_OBJECT) {
            put(name, name.equals("audio") ? identity(value) : value(value));
          }
        }
        default -> {
          // Not said, but added around it.
        }
      }
    }

    /** Of a name that comes twice the last one counts, as everywhere. */
    private void put(String name, byte[] digest) {
      if (digest == null) {
        parts.remove(name);
      } else {
        parts.put(name, digest);
      }
    }

    private static byte[] text(JsonParser value) throws IOException {
      String text = Json.textOrNull(value);
      return text == null || text.isBlank() ? null : textDigest(text.strip());
    }

    private byte[] content(JsonParser value) throws IOException {
      if (value.currentToken() != JsonToken.START_ARRAY) {
        return value.currentToken() == JsonToken.START_OBJECT ? value(value) : text(value);
      }
      List<byte[]> digests = new ArrayList<>();
      while (value.nextToken() != JsonToken.END_ARRAY) {
        byte[] part = part(value);
        if (part != null) {
          digests.add(part);
        }
      }
      if (digests.isEmpty()) {
        return null;
      }
      return digests.size() == 1 ? digests.get(0) : join('[', digests);
    }

    /** The digest of one part of a content; null for a blank text. */
    private byte[] part(JsonParser value) throws IOException {
      if (value.currentToken() != JsonToken.START_OBJECT) {
        return value(value);
      }
      Map<String, byte[]> fields = new TreeMap<>();
      String type = null;
      byte[] text = null;
      while (value.nextToken() != JsonToken.END_OBJECT) {
        String name = value.currentName();
        value.nextToken();
        if (name.equals("text") && value.currentToken() == JsonToken.VALUE_STRING) {
          text = text(value);
        } else {
          type = name.equals("type") ? Json.textOrNull(value) : type;
          fields.put(name, value(value));
        }
      }
      if ("text".equals(type)) {
        return text;
      }
      if (text != null) {
        fields.put("text", text);
      }
      return join('{', inOrder(fields));
    }

    /** The ids of the calls in their order; a call without one counts by all it says. */
    private byte[] toolCalls(JsonParser value) throws IOException {
      if (value.currentToken() != JsonToken.START_ARRAY) {
        return null;
      }
      List<byte[]> calls = new ArrayList<>();
      while (value.nextToken() != JsonToken.END_ARRAY) {
        calls.add(value.currentToken() == JsonToken.START_OBJECT ? identity(value) : value(value));
      }
      return calls.isEmpty() ? null : join('[', calls);
    }

    /** The digest of the object's id, or of the whole object where it has none. */
    private byte[] identity(JsonParser value) throws IOException {
      Map<String, byte[]> fields = new TreeMap<>();
      byte[] id = null;
      while (value.nextToken() != JsonToken.END_OBJECT) {
        String name = value.currentName();
        value.nextToken();
        if (name.equals("id") && value.currentToken() == JsonToken.VALUE_STRING) {
          id = text(value);
        } else {
          fields.put(name, value(value));
        }
      }
      return id != null ? id : join('{', inOrder(fields));
    }

    /** The digest of any value; leaves the parser at its last token. */
    private byte[] value(JsonParser value) throws IOException {
      JsonToken token = value.currentToken();
      if (token == JsonToken.START_OBJECT) {
        Map<String, byte[]> fields = new TreeMap<>();
        while (value.nextToken() != JsonToken.END_OBJECT) {
          String name = value.currentName();
          value.nextToken();
          fields.put(name, value(value));
        }
        return join('{', inOrder(fields));
      }
      if (token == JsonToken.START_ARRAY) {
        List<byte[]> items = new ArrayList<>();
        while (value.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(value));
        }
        return join('[', items);
      }
      return token == JsonToken.VALUE_STRING ? string(value) : scalar(value.getText());
    }

    /**
     * A string's digest. One without escapes, such as a large image, is taken from the bytes as
     * they are, without making a text of it.
     */
    private byte[] string(JsonParser value) throws IOException {
      int start = (int) value.currentTokenLocation().getByteOffset() + 1;
      int end = start;
      while (message.byteAt(end) != '"') {
        if (message.byteAt(end) == '\\') {
          return textDigest(value.getText());
        }
        end++;
      }
      MessageDigest digest = sha256();
      digest.update((byte) 's');
      digest.update(message.bytes(start, end));
      return digest.digest();
    }
  }

  private static void update(MessageDigest digest, String name) {
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static byte[] textDigest(String text) {
    MessageDigest digest = sha256();
    byte[] utf8 = Json.utf8(text);
    digest.update((byte) 's');
    digest.update(utf8);
    return digest.digest();
  }

  private static byte[] scalar(String literal) {
    MessageDigest digest = sha256();
    digest.update((byte) 'n');
    digest.update(literal.getBytes(StandardCharsets.UTF_8));
    return digest.digest();
  }

  private static List<byte[]> inOrder(Map<String, byte[]> fields) {
    List<byte[]> digests = new ArrayList<>();
    fields.forEach(
        (name, digest) -> {
          digests.add(textDigest(name));
          digests.add(digest);
        });
    return digests;
  }

  private static byte[] join(char kind, List<byte[]> digests) {
    MessageDigest digest = sha256();
    digest.update((byte) kind);
    digests.forEach(digest::update);
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
