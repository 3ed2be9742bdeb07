package dev.helix.session;

import java.util.Arrays;
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
    return Arrays.stream(values()).filter(status -> status.wireName().equals(name)).findFirst();
  }
}
