package dev.helix.session;

/**
 * What one owner may create, as far as one server knows. Immutable.
 *
 * @param sessionsPerHour how many sessions an hour, of which so many at once; at least 1
 * @param bytes about how many bytes all sessions of an owner may take before no turn is begun any
 *     more; at least 1
 */
public record OwnerLimits(int sessionsPerHour, long bytes) {
  /** The key of {@link #sessionsPerHour}. */
  public static final String SESSIONS_PER_HOUR = "helix.owner.sessions.per.hour";

  /** The key of {@link #bytes}. */
  public static final String MAX_BYTES = "helix.owner.max.bytes";

  /** No limits. */
  public static final OwnerLimits NONE = new OwnerLimits(Integer.MAX_VALUE, Long.MAX_VALUE);

  public OwnerLimits {
    if (sessionsPerHour < 1 || bytes < 1) {
      throw new IllegalArgumentException("limits: " + sessionsPerHour + ", " + bytes);
    }
  }

  boolean limitSessions() {
    return sessionsPerHour < NONE.sessionsPerHour();
  }

  /** Whether what owners' sessions take must be known. */
  public boolean limitBytes() {
    return bytes < NONE.bytes();
  }
}
