package dev.helix.text;

/**
 * How hard a secret is to guess, by its looks: an estimate that repetitions, runs such as {@code
 * abc} and few different characters make small. It knows no words. No state.
 */
public final class SecretStrength {
  /** A random key of 20 letters and digits has more, one of 16 has less. */
  private static final int LEAST_BITS = 80;

  private static final int LEAST_LENGTH = 20;

  private SecretStrength() {}

  /** Whether a secret is no random one: it could be guessed, or stand in any text. */
  public static boolean isWeak(String secret) {
    return secret.length() < LEAST_LENGTH || bits(secret) < LEAST_BITS;
  }

  /** The bits of each character that is new, in the shortest text that the secret repeats. */
  private static double bits(String secret) {
    String once = secret.substring(0, period(secret));
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

  /** After how many characters a text begins again, to its end; its length where it does not. */
  private static int period(String text) {
    for (int length = 1; length < text.length(); length++) {
      if (text.startsWith(text.substring(length))) {
        return length;
      }
    }
    return text.length();
  }
}
