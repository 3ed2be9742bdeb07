package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.text.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The long values in the notes of responses, each kept once in a session, however many responses
 * have it: as the session's note {@code response-NAME}. A response's note says in {@code shared}
 * which fields have which, and may bring some along in {@code apart}. Thread-safe. ADR 80.
 */
record NoteValues(SessionStore store, OwnerUse owners) {
  /** A note with its values in it. */
  static String with(String note, Map<String, String> values) {
    if (values.isEmpty()) {
      return note;
    }
    StringBuilder whole = new StringBuilder(note);
    whole.setLength(note.lastIndexOf('}'));
    whole.append(",\"").append(ValueNames.APART).append("\":{");
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
      String name = ValueNames.note(value.getKey());
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
    ValueNames named = ValueNames.of(note);
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : named.all()) {
      if (!named.brought().contains(name)) {
        store
            .note(id, ValueNames.note(name))
            .filter(value -> !value.isEmpty())
            .ifPresent(value -> values.put(name, value));
      }
    }
    return values.isEmpty() ? answer : answer.as(answer.element().responding(with(note, values)));
  }
}
