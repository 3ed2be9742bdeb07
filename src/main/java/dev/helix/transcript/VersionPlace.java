package dev.helix.transcript;

import java.util.function.UnaryOperator;

/**
 * Where a newer version of a message stands: where the one before did; but an answer that was
 * continued by calls of tools stands behind their results. No state. Specification section 4.
 */
public final class VersionPlace {
  /** Longer rows of rounds than a turn has. */
  private static final int MOST_ROUNDS = 1 << 12;

  private VersionPlace() {}

  /**
   * The parent of an answer's newer version.
   *
   * @param before the parent of the version before
   * @param named the parent that the newer version names
   * @param aboveRound the parent of a tool call or a tool's result; null for every other message
   */
  public static String of(String before, String named, UnaryOperator<String> aboveRound) {
    String at = named;
    // A file changed by hand may lead in a circle.
    for (int i = 0; before != null && at != null && i < MOST_ROUNDS; i++) {
      if (at.equals(before)) {
        return named;
      }
      at = aboveRound.apply(at);
    }
    return before;
  }
}
