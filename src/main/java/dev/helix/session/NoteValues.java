package dev.helix.session;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.helix.message.Message;
import dev.helix.text.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The long values in the notes of responses, each kept once in a session, however many responses
 * have it: as the session's note {@code response-NAME}. A response's note says in {@value #SHARED}
 * which fields have which, and may bring some along in {@value #APART}. Thread-safe. ADR 80.
 */
record NoteValues(SessionStore store, OwnerUse owners) {
  /** Which names the values of fields have. */
  private static final String SHARED = "shared";

  /** Values by their names. */
  private static final String APART = "apart";

  private static final String PREFIX = "response-";

  /**
   * What a note says of its values: the names of those that it has, and of those that it brings.
   */
  private record Named(Set<String> all, Set<String> brought) {}

  /** A note with its values in it. */
  static String with(String note, Map<String, String> values) {
    if (values.isEmpty()) {
      return note;
    }
    StringBuilder whole = new StringBuilder(note);
    whole.setLength(note.lastIndexOf('}'));
    whole.append(",\"").append(APART).append("\":{");
    String before = "";
    for (Map.Entry<String, String> value : values.entrySet()) {
      whole.append(before).append(Json.quote(value.getKey())).append(':').append(value.getValue());
      before = ",";
    }
    return whole.append("}}").toString();
  }

  /**
   * Keeps values with a session, durably.
   *
   * @return false where nothing is stored of it
   */
  boolean keep(SessionState session, Map<String, String> values) {
    SessionId id = session.sessionId();
    for (Map.Entry<String, String> value : values.entrySet()) {
      String name = PREFIX + value.getKey();
      if (store.note(id, name).filter(value.getValue()::equals).isEmpty()) {
        if (!store.saveNote(id, name, value.getValue())) {
          return false;
        }
        owners.stored(session.owner(), value.getValue().length());
      }
    }
    return true;
  }

  /** An answer whose note brings all its values; those that are not kept any more are missing. */
  Message whole(SessionId id, Message answer) {
    if (!answer.element().isResponse()) {
      return answer;
    }
    String note = answer.element().response();
    Named named = named(note);
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : named.all()) {
      if (!named.brought().contains(name)) {
        store
            .note(id, PREFIX + name)
            .filter(value -> !value.isEmpty())
            .ifPresent(value -> values.put(name, value));
      }
    }
    return values.isEmpty() ? answer : answer.as(answer.element().responding(with(note, values)));
  }

  /** Empties the values that only these messages have. */
  void letGo(SessionId id, Set<String> messages, List<Message> elements) {
    Set<String> gone = new HashSet<>();
    Set<String> stay = new HashSet<>();
    for (Message element : elements) {
      if (element.element().isResponse()) {
        Set<String> names = named(element.element().response()).all();
        (messages.contains(element.id()) ? gone : stay).addAll(names);
      }
    }
    gone.removeAll(stay);
    for (String name : gone) {
      if (store.note(id, PREFIX + name).isPresent()) {
        boolean unused = store.saveNote(id, PREFIX + name, "");
      }
    }
  }

  private static Named named(String note) {
    Map<String, Set<String>> read = new HashMap<>();
    try (JsonParser parser = Json.FACTORY.createParser(note)) {
      JsonToken unused = parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value == JsonToken.START_OBJECT && (field.equals(SHARED) || field.equals(APART))) {
          read.put(field, names(parser, field.equals(SHARED)));
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("the note of a response is no JSON any more", e);
    }
    return new Named(read.getOrDefault(SHARED, Set.of()), read.getOrDefault(APART, Set.of()));
  }

  /** The keys of an object, or its texts that can be such names. */
  private static Set<String> names(JsonParser parser, boolean texts) throws IOException {
    Set<String> names = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!texts) {
        names.add(key);
      } else if (value == JsonToken.VALUE_STRING && ResponseNote.isName(parser.getText())) {
        names.add(parser.getText());
      }
      parser.skipChildren();
    }
    return names;
  }
}
