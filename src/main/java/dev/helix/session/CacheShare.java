package dev.helix.session;

import java.util.function.UnaryOperator;

/**
 * How much memory a {@link SessionManager} may take to remember what sessions hold, so that a turn
 * need not read it again. With less of it turns read more; nothing else changes. Immutable.
 *
 * @param percent of the largest heap, 1 to 80
 */
public record CacheShare(int percent) {
  /** The key of the share. */
  public static final String KEY = "helix.cache.heap.share";

  public static final int LEAST = 1;
  public static final int MOST = 80;

  /** What holds where nothing is set: a fifth. */
  public static final CacheShare DEFAULT = new CacheShare(20);

  public CacheShare {
    if (percent < LEAST || percent > MOST) {
      throw new IllegalArgumentException("a share of the heap of " + percent + " percent");
    }
  }

  /**
   * The share that settings name, or {@link #DEFAULT}.
   *
   * @throws IllegalArgumentException if it is no number from {@value #LEAST} to {@value #MOST}
   */
  public static CacheShare of(UnaryOperator<String> settings) {
    String set = settings.apply(KEY);
    try {
      return set == null || set.isBlank() ? DEFAULT : new CacheShare(Integer.parseInt(set.strip()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          KEY + " must be a number from " + LEAST + " to " + MOST, e);
    }
  }

  long bytes() {
    return Runtime.getRuntime().maxMemory() / 100 * percent;
  }

  /** What a store may take beside, in bytes: a tenth of the share. */
  public long storeBytes() {
    return bytes() / 10;
  }
}
