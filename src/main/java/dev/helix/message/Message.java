package dev.helix.message;

import com.fasterxml.jackson.core.JsonParser;
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
 * timestamp}, for answers {@code model}, {@code finish_reason}, {@code status} and {@code
 * response}, and for questions {@code author_id}) stand apart from it. Texts are read out of the
 * JSON when they are asked for. Specification section 3.
 */
public final class Message {
  private static final byte[] CONTENT = Json.utf8("\"content\":");

  /** Behind the other fields of an element, of which an erased one has an id at least. */
  private static final byte[] ERASED = Json.utf8(",\"" + ElementFields.ERASED + "\":true");

  private final byte[] buffer;
  private final int offset;
  private final int length;
  private final String role;

  /** Where the text begins, from the offset, if the message says nothing but a string; else -1. */
  private final int text;

  private final ElementFields element;

  /** Whether the bytes hold the element's fields as they are, so that nothing need be added. */
  private final boolean complete;

  private final boolean erased;

  /** Whether it is a role and a text and no more, and so is sent as it is. */
  private final boolean plain;

  private Fingerprint fingerprint;

  private Message(
      byte[] buffer,
      int offset,
      int length,
      String role,
      int text,
      ElementFields element,
      boolean complete,
      boolean erased,
      boolean plain) {
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
    this.role = role;
    this.text = text;
    this.element = element;
    this.complete = complete;
    this.erased = erased;
    this.plain = plain;
  }

  /** A message of a role and a text, neither of which may be null. */
  public static Message of(String role, String text) {
    byte[] json =
        Json.utf8("{\"role\":" + Json.quote(role) + ",\"content\":" + Json.quote(text) + "}");
    return new Message(json, 0, json.length, role, -1, ElementFields.NONE, false, false, true);
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
        buffer,
        start,
        end - start,
        reader.role(),
        reader.textStart(),
        reader.element(buffer, start),
        true,
        reader.erased() && reader.textStart() >= 0 && buffer[start + reader.textStart()] == '"',
        reader.plain());
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
    return new Message(
        buffer, offset, length, read.role(), text, ElementFields.NONE, false, false, read.plain());
  }

  /** This message with an element's fields in place of those it has. */
  public Message as(ElementFields fields) {
    Message changed = new Message(buffer, offset, length, role, text, fields, false, erased, plain);
    changed.fingerprint = fingerprint; // It is of what the API gave.
    return changed;
  }

  /** This message with its bytes in an array of their own, without those around them. */
  public Message copy() {
    byte[] own = Arrays.copyOfRange(buffer, offset, offset + length);
    ElementFields moved = element.movedTo(own, buffer, offset);
    return new Message(own, 0, length, role, text, moved, complete, erased, plain);
  }

  /** This element as a store gives it back, with its bytes in an array of their own. */
  public Message asStored() {
    return complete ? copy() : parse(elementJson());
  }

  /**
   * What stays of this element when it is erased: its id, its place, its time and its role, and no
   * content.
   *
   * @throws NullPointerException if it has no id
   */
  public Message tombstone() {
    Message empty = of(role, "");
    return new Message(
        empty.buffer, 0, empty.length, role, -1, element.ofTombstone(), false, true, true);
  }

  /** Whether this is what stayed of an element that was erased. */
  public boolean isErased() {
    return erased;
  }

  /** This element without the note of a response, as a store would give it back. */
  public Message withoutResponse() {
    return element.isResponse() ? as(element.responding((ResponseJson) null)).asStored() : this;
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

  /** The user who asked this question; null where that is the session's owner, or not known. */
  public String author() {
    return element.author();
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
    List<Field> fields = fields((name, value) -> !ElementFields.NAMES.contains(name));
    return fields.stream().allMatch(Field::taken)
        ? Arrays.copyOfRange(buffer, offset, offset + length)
        : json(new byte[0], fields);
  }

  /**
   * The JSON as a backend takes it of a stored history: role, content, name and the calls of tools,
   * without what only backends give. A fresh array. Specification section 4.
   *
   * @param reasoning whether what a model thought is sent too
   */
  public byte[] sentJson(boolean reasoning) {
    if (plain) {
      return Arrays.copyOfRange(buffer, offset, offset + length);
    }
    SentForm form = new SentForm(this, reasoning, false);
    List<Field> fields = fields(form::takes);
    byte[] content = form.content();
    if (content == null) {
      return json(new byte[0], fields);
    }
    byte[] own = new byte[CONTENT.length + content.length];
    System.arraycopy(CONTENT, 0, own, 0, CONTENT.length);
    System.arraycopy(content, 0, own, CONTENT.length, content.length);
    return json(own, fields.stream().filter(field -> !field.name().equals("content")).toList());
  }

  /** About how many characters a model reads of {@link #sentJson}. An image counts as 4,000. */
  public long sentCharacters(boolean reasoning) {
    SentForm form = new SentForm(this, reasoning, true);
    eachField((name, value, start) -> form.takes(name, value));
    return form.characters();
  }

  /** The element of {@code messages.json}, on one line, with all its fields. A fresh array. */
  public byte[] elementJson() {
    byte[] json =
        complete
            ? Arrays.copyOfRange(buffer, offset, offset + length)
            : json(ownFields(), fields((name, value) -> !ElementFields.NAMES.contains(name)));
    // Outside of strings line ends are only layout, and inside of them JSON allows none.
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        json[i] = ' ';
      }
    }
    return json;
  }

  private byte[] ownFields() {
    byte[] fields = element.toJsonFields();
    if (!erased) {
      return fields;
    }
    byte[] own = Arrays.copyOf(fields, fields.length + ERASED.length);
    System.arraycopy(ERASED, 0, own, fields.length, ERASED.length);
    return own;
  }

  /** A field, from its name's first byte to behind its value's last, and whether it is taken. */
  private record Field(String name, int start, int end, boolean taken) {}

  /** Says which fields are taken; the parser stands at the value, and may be moved to its last. */
  private interface Choice {
    boolean takes(String name, JsonParser value) throws IOException;
  }

  private List<Field> fields(Choice choice) {
    List<Field> begun = new ArrayList<>();
    eachField(
        (name, value, start) -> begun.add(new Field(name, start, 0, choice.takes(name, value))));
    List<Field> fields = new ArrayList<>(begun.size());
    for (int i = 0; i < begun.size(); i++) {
      boolean last = i + 1 == begun.size();
      int next = last ? length : trimmed(begun.get(i + 1).start());
      int end = trimmed(next - 1); // Before the brace, or the comma.
      Field field = begun.get(i);
      fields.add(new Field(field.name(), field.start(), end, field.taken()));
    }
    return fields;
  }

  private int trimmed(int end) {
    int trimmed = end;
    while (isJsonSpace(buffer[offset + trimmed - 1])) {
      trimmed--;
    }
    return trimmed;
  }

  /** An object of the element's own fields, which may be none, and those that are taken. */
  private byte[] json(byte[] own, List<Field> fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + own.length + 3);
    out.write('{');
    out.writeBytes(own);
    boolean separate = own.length > 0;
    for (Field field : fields) {
      if (field.taken()) {
        if (separate) {
          out.write(',');
        }
        separate = true;
        out.write(buffer, offset + field.start(), field.end() - field.start());
      }
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

  /** What tells an answer's calls from others with the same ids: a digest, made anew each time. */
  public long asks() {
    return CallDigest.of(this);
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
