package dev.helix.access;

/**
 * How hard a key is to guess, by its looks: an estimate that repetitions, runs such as {@code abc}
 * and few different characters make small. It knows no words. No state.
 */
final class KeyStrength {
  /** A random key of 20 letters and digits has more, one of 16 has less. */
  private static final int LEAST_BITS = 80;

  private static final int LEAST_LENGTH = 20;

  private KeyStrength() {}

  /** Whether a key is too weak to be kept as nothing but its SHA-256. */
  static boolean isWeak(String key) {
    return key.length() < LEAST_LENGTH || bits(key) < LEAST_BITS;
  }

  /** The bits of each character that is new, in the shortest text that the key repeats. */
  private static double bits(String key) {
    String once = key.substring(0, period(key));
    double different = once.chars().distinct().count();
    int told = 0;
    int step = 0;
    for (int i = 0; i < once.length(); i++) {
      int next = i == 0 ? 2 : once.charAt(i) - once.charAt(i - 1);
      boolean inRun = i > 0 && Math.abs(next) <= 1 && next == step;
      told += inRun ? 0 : 1;
      step = next;
    }
    return told * Math.log(different) / Math.log(2);
  }

  /** After how many characters a key begins again, to its end; its length where it does not. */
  private static int period(String key) {
    for (int length = 1; length < key.length(); length++) {
      if (key.startsWith(key.substring(length))) {
        return length;
      }
    }
    return key.length();
  }
}
