package dev.helix.session;

import java.util.Locale;
import java.util.Optional;

/** How far a session has come. Specification section 2. */
public enum SessionStatus {
  /** Nothing is stored yet. */
  NEW,
  /** At least one turn was begun. */
  DISCUSSING,
  /** An application has what it needs. */
  READY,
  /** An application has done what was asked. */
  EXECUTED;

  /** The name in {@code status.json}, in lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The status of a wire name; empty for any other text and for null. */
  public static Optional<SessionStatus> ofWireName(String name) {
    for (SessionStatus status : values()) {
      if (status.wireName().equals(name)) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }
}
