package dev.helix.message;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How an answer ended. Specification section 3. */
public enum AnswerStatus {
  /** The upstream finished it. */
  COMPLETED,
  /** The caller left before it was finished, or the server was killed. */
  CANCELLED,
  /** The upstream broke off. */
  FAILED;

  /** The name in {@code messages.json}, in lower case. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The status of a wire name; empty for any other text and for null. */
  public static Optional<AnswerStatus> ofWireName(String name) {
    return Arrays.stream(values()).filter(status -> status.wireName().equals(name)).findFirst();
  }
}
