package dev.helix.session;

import java.util.Locale;
import java.util.Optional;

/**
 * What a session is working on. It is read from answers for display and controls nothing.
 * Specification section 2.
 */
public enum Step {
  WHAT,
  WHY,
  CONSTRAINTS,
  GENERATE,
  FINALIZE,
  DONE;

  /** The name in {@code status.json} and in an answer's marker, in lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The step of a wire name; empty for any other text and for null. */
  public static Optional<Step> ofWireName(String name) {
    for (Step step : values()) {
      if (step.wireName().equals(name)) {
        return Optional.of(step);
      }
    }
    return Optional.empty();
  }
}
