package dev.helix.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.session.SessionFiles;
import dev.helix.store.ArrayScan;
import dev.helix.store.MessageArray;
import dev.helix.store.ShownSession;
import dev.helix.text.Json;
import dev.helix.transfer.read.ChatFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * A whole session as one line of JSON: {@code helix_session} (the version, 1), {@code status} and
 * {@code messages} as the session has them, to the byte of each message, {@code files} by their
 * paths, those that are no UTF-8 in {@code base64}. Immutable as long as nobody changes its arrays.
 *
 * @param status the {@code status.json}
 * @param messages the array
 * @param files all others
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record SessionLine(byte[] status, byte[] messages, Map<String, byte[]> files) {
  private static final int VERSION = 1;

  /** A message may have a depth of 1,000, and stands in an array of an object here. */
  private static final JsonFactory FACTORY =
      Json.FACTORY
          .rebuild()
          .streamReadConstraints(
              Json.FACTORY.streamReadConstraints().rebuild().maxNestingDepth(1004).build())
          .build();

  /** Writes a session's files as a line. */
  static void write(SessionFiles session, OutputStream out) throws IOException {
    Map<String, byte[]> texts = new TreeMap<>();
    Map<String, byte[]> others = new TreeMap<>();
    session.each(
        (path, content) -> {
          switch (path) {
            case ShownSession.STATUS -> {
              ascii(out, "{\"" + ChatFormat.OURS + "\":" + VERSION + ",\"status\":");
              oneLine(out, content);
            }
            case ShownSession.MESSAGES -> {
              ascii(out, ",\"messages\":");
              oneLine(out, content);
            }
            default -> (isText(content) ? texts : others).put(path, content);
          }
        });
    ascii(out, ",\"files\":{");
    String separator = "";
    for (Map.Entry<String, byte[]> file : texts.entrySet()) {
      out.write(Json.utf8(separator + Json.quote(file.getKey()) + ":"));
      out.write(Json.utf8(Json.quote(new String(file.getValue(), UTF_8))));
      separator = ",";
    }
    ascii(out, "},\"base64\":{");
    separator = "";
    for (Map.Entry<String, byte[]> file : others.entrySet()) {
      out.write(Json.utf8(separator + Json.quote(file.getKey()) + ":\""));
      out.write(Base64.getEncoder().encode(file.getValue()));
      ascii(out, "\"");
      separator = ",";
    }
    ascii(out, "}}\n");
  }

  private static void ascii(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
  }

  /** JSON on one line: line ends in it are layout, since no string has any. */
  private static void oneLine(OutputStream out, byte[] json) throws IOException {
    byte[] line = Json.withoutMark(json).clone();
    for (int i = 0; i < line.length; i++) {
      if (line[i] == '\n' || line[i] == '\r') {
        line[i] = ' ';
      }
    }
    out.write(line);
  }

  private static boolean isText(byte[] content) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(content)) != null;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is no session of this version; the message is for a
   *     person
   */
  static SessionLine read(byte[] line) {
    int version = 0;
    byte[] status = null;
    byte[] messages = null;
    Map<String, byte[]> files = new TreeMap<>();
    try (JsonParser parser = FACTORY.createParser(line)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken first = parser.nextToken();
        switch (name) {
          case ChatFormat.OURS ->
              version = first == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : 0;
          case "status" -> status = slice(line, parser);
          case "messages" -> messages = slice(line, parser);
          case "files" -> files(parser, files, false);
          case "base64" -> files(parser, files, true);
          default -> parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("it is no JSON", e);
    }
    if (version != VERSION) {
      throw new IllegalArgumentException("it is of a version that is not known here");
    }
    if (status == null || messages == null) {
      throw new IllegalArgumentException("it has no status, or no messages");
    }
    return new SessionLine(status, array(messages), files);
  }

  private static byte[] slice(byte[] line, JsonParser parser) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    return Arrays.copyOfRange(line, from, (int) parser.currentLocation().getByteOffset());
  }

  private static void files(JsonParser parser, Map<String, byte[]> files, boolean packed)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException("its files are no object");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String path = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw new IllegalArgumentException("a file in it is no text");
      }
      String text = parser.getText();
      files.put(path, packed ? Base64.getDecoder().decode(text) : Json.utf8(text));
    }
  }

  /** The array as stores have it, with each element on a line. */
  private static byte[] array(byte[] messages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(messages.length + 64);
    try {
      int unused =
          ArrayScan.each(
              messages,
              0,
              (first, from, to) -> {
                out.write(out.size() == 0 ? '[' : ',');
                out.write('\n');
                out.write(messages, from, to - from);
              });
    } catch (IOException e) {
      throw new IllegalArgumentException("its messages are no array", e);
    }
    if (out.size() == 0) {
      out.write('[');
    }
    out.writeBytes(MessageArray.CLOSE);
    return out.toByteArray();
  }
}
