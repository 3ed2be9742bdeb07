package dev.helix.message;

import dev.helix.text.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One message, as the API gave it and as an element of a transcript. Immutable and safe for use by
 * several threads.
 *
 * <p>It keeps the JSON it was read from, so that whatever a client or an upstream put into it comes
 * back unchanged; the fields that a transcript adds ({@code id}, {@code parent_id}, {@code
 * timestamp}, and for answers {@code model}, {@code finish_reason}, {@code status}) stand apart
 * from it. Texts are read out of the JSON when they are asked for. Specification section 3.
 */
public final class Message {
  private final byte[] buffer;
  private final int offset;
  private final int length;
  private final String role;

  /** Where the text begins, from the offset, if the message says nothing but a string; else -1. */
  private final int text;

  private final ElementFields element;

  /** Whether the bytes hold the element's fields as they are, so that nothing need be added. */
  private final boolean complete;

  private Fingerprint fingerprint;

  private Message(
      byte[] buffer,
      int offset,
      int length,
      String role,
      int text,
      ElementFields element,
      boolean complete) {
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
    this.role = role;
    this.text = text;
    this.element = element;
    this.complete = complete;
  }

  /** A message of a role and a text, neither of which may be null. */
  public static Message of(String role, String text) {
    byte[] json =
        Json.utf8("{\"role\":" + Json.quote(role) + ",\"content\":" + Json.quote(text) + "}");
    return new Message(json, 0, json.length, role, -1, ElementFields.NONE, false);
  }

  /** Reads a message as {@link #parse(byte[], int, int)} does, from all of an array. */
  public static Message parse(byte[] json) {
    return parse(json, 0, json.length);
  }

  /**
   * Reads a message from a part of an array without copying it: the caller must not change it.
   *
   * @throws IllegalArgumentException if the part is not one JSON object in UTF-8 with a string as
   *     {@code role}
   */
  public static Message parse(byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    int start = offset;
    int end = offset + length;
    while (start < end && isJsonSpace(buffer[start])) {
      start++;
    }
    while (start < end && isJsonSpace(buffer[end - 1])) {
      end--;
    }
    MessageReader reader = MessageReader.read(buffer, start, end - start);
    if (reader.role() == null) {
      throw new IllegalArgumentException("a message must have a role, and it must be a string");
    }
    return new Message(
        buffer, start, end - start, reader.role(), reader.textStart(), reader.element(), true);
  }

  /**
   * A message of a request whose JSON was read and checked already, so that it is not read again.
   * It shares the array: the caller must not change it.
   *
   * @param offset where its first brace is; up to the last one it is one valid JSON object in UTF-8
   * @param read its fields, of a parser that was given all of the array; among them is a role
   */
  public static Message ofRequest(byte[] buffer, int offset, int length, MessageReader read) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    int text = Math.max(-1, read.textStart() - offset);
    return new Message(buffer, offset, length, read.role(), text, ElementFields.NONE, false);
  }

  /** This message with an element's fields in place of those it has. */
  public Message as(ElementFields fields) {
    Message changed = new Message(buffer, offset, length, role, text, fields, false);
    changed.fingerprint = fingerprint; // It is of what the API gave.
    return changed;
  }

  /** This message with its bytes in an array of their own, without those around them. */
  public Message copy() {
    byte[] own = Arrays.copyOfRange(buffer, offset, offset + length);
    return new Message(own, 0, length, role, text, element, complete);
  }

  /** This element as a store gives it back, with its bytes in an array of their own. */
  public Message asStored() {
    return complete ? copy() : parse(elementJson());
  }

  /** How many bytes of JSON it has. */
  public int length() {
    return length;
  }

  public ElementFields element() {
    return element;
  }

  /** The element's id; null for a message of a request. */
  public String id() {
    return element.id();
  }

  /** The id of the message that this one follows; null at the root and where there is none. */
  public String parentId() {
    return element.parentId();
  }

  /** When the element was recorded; null where that is not known. */
  public Instant timestamp() {
    return element.timestamp();
  }

  /** The model that gave this answer, or null. */
  public String model() {
    return element.model();
  }

  /** Why the upstream ended this answer, or null. */
  public String finishReason() {
    return element.finishReason();
  }

  /** How this answer ended; null for what is no recorded answer. */
  public AnswerStatus status() {
    return element.status();
  }

  /** Who speaks: {@code user}, {@code assistant}, {@code system} and so on; never null. */
  public String role() {
    return role;
  }

  /** The text: a string content, or the text parts joined by newlines; "" when there is none. */
  public String text() {
    return MessageContent.text(this);
  }

  /**
   * The text that names a session after its first message: {@link #text()}, or the compact JSON of
   * the content's parts where none of them is a text. Specification sections 1 and 7.
   */
  public String firstMessageText() {
    return MessageContent.firstMessageText(this);
  }

  /** The JSON as the API gave it, without the fields that a transcript adds. A fresh array. */
  public byte[] wireJson() {
    List<int[]> kept = new ArrayList<>();
    return keptFields(kept)
        ? json(new byte[0], kept)
        : Arrays.copyOfRange(buffer, offset, offset + length);
  }

  /** The element of {@code messages.json}, on one line, with all its fields. A fresh array. */
  public byte[] elementJson() {
    byte[] json;
    if (complete) {
      json = Arrays.copyOfRange(buffer, offset, offset + length);
    } else {
      List<int[]> kept = new ArrayList<>();
      keptFields(kept);
      json = json(element.toJsonFields(), kept);
    }
    // Outside of strings line ends are only layout, and inside of them JSON allows none.
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        json[i] = ' ';
      }
    }
    return json;
  }

  /**
   * Collects where the fields are that the API gave, each from its name to its value's end.
   *
   * @return whether there are others, which a transcript added
   */
  private boolean keptFields(List<int[]> kept) {
    List<int[]> starts = new ArrayList<>();
    eachField(
        (name, value, start) ->
            starts.add(new int[] {start, ElementFields.NAMES.contains(name) ? 1 : 0}));
    boolean others = false;
    for (int i = 0; i < starts.size(); i++) {
      boolean last = i + 1 == starts.size();
      int end = trimmed(last ? length - 1 : starts.get(i + 1)[0]);
      if (!last) {
        end = trimmed(end - 1); // the comma
      }
      if (starts.get(i)[1] == 1) {
        others = true;
      } else {
        kept.add(new int[] {starts.get(i)[0], end});
      }
    }
    return others;
  }

  private int trimmed(int end) {
    int trimmed = end;
    while (isJsonSpace(buffer[offset + trimmed - 1])) {
      trimmed--;
    }
    return trimmed;
  }

  /** An object of the element's own fields, which may be none, and those that are kept. */
  private byte[] json(byte[] own, List<int[]> kept) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + own.length + 3);
    out.write('{');
    out.writeBytes(own);
    boolean separate = own.length > 0;
    for (int[] field : kept) {
      if (separate) {
        out.write(',');
      }
      separate = true;
      out.write(buffer, offset + field[0], field[1] - field[0]);
    }
    out.write('}');
    return out.toByteArray();
  }

  /** Walks the fields of the JSON, which was found valid when the message was made. */
  void eachField(Json.FieldReader reader) {
    try {
      Json.eachField(buffer, offset, length, reader);
    } catch (IOException e) {
      throw new IllegalStateException("the bytes of a message were changed", e);
    }
  }

  /** The array that holds the JSON among others, for reading only. */
  byte[] buffer() {
    return buffer;
  }

  int offset() {
    return offset;
  }

  /** Where in the array the text begins of a message that says nothing but a string; else -1. */
  int textStart() {
    return text < 0 ? -1 : offset + text;
  }

  /** What tells this message from others under the same parent. */
  public Fingerprint fingerprint() {
    // A race computes it twice and both get the same.
    Fingerprint known = fingerprint;
    if (known == null) {
      known = Fingerprint.of(this);
      fingerprint = known;
    }
    return known;
  }

  public boolean isAssistant() {
    return role.equals("assistant");
  }

  public boolean isSystem() {
    return role.equals("system") || role.equals("developer");
  }

  private static boolean isJsonSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  /** Role and size; never the content. */
  @Override
  public String toString() {
    return "Message[role=" + role + ", id=" + id() + ", bytes=" + length + "]";
  }
}
