package dev.helix.session;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** The notes that applications keep with sessions, {@code context/<name>.md}. Thread-safe. */
final class ContextNotes {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

  private final SessionStore store;

  ContextNotes(SessionStore store) {
    this.store = store;
  }

  /** As {@link SessionManager#getContext} says. */
  Optional<String> get(SessionId id, String name) {
    return store.note(id, checked(name));
  }

  /** As {@link SessionManager#saveContext} says. */
  void save(SessionId id, String name, String text) {
    if (!store.saveNote(id, checked(name), Objects.requireNonNull(text, "text"))) {
      throw SessionException.noSession(id);
    }
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a note's name is 1 to 64 of a-z 0-9 _ - and begins with a letter or digit");
    }
    return name;
  }
}
