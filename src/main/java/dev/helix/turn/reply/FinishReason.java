package dev.helix.turn.reply;

import java.util.Locale;
import java.util.Set;

/** Why an answer ended, as far as an upstream says so. */
final class FinishReason {
  /** What some send while an answer goes on. */
  private static final Set<String> PLACEHOLDERS =
      Set.of("", "null", "none", "nil", "undefined", "nan", "finish_reason_unspecified");

  private FinishReason() {}

  /** The reason as it came; null where there is none, or something that stands for none. */
  static String of(Object value) {
    return value instanceof String reason
            && !PLACEHOLDERS.contains(reason.strip().toLowerCase(Locale.ROOT))
        ? reason
        : null;
  }
}
