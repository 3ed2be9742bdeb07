package dev.helix.store.files.recent;

import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * That a session was used, or is gone: one line of the files that know the order of last use. In
 * their natural order the newest come first, and in one microsecond the last by name. Immutable.
 *
 * @param micros when, in microseconds since 1970; the ends of the range stand for what is beyond
 * @param id the session's name, which is not checked
 */
public record Use(long micros, String id) implements Comparable<Use> {
  private static final long MICROS = 1_000_000;
  private static final int NANOS = 1000;

  /** Before all times. */
  private static final long GONE = Long.MIN_VALUE;

  public static Use of(SessionState state) {
    return new Use(micros(state.updatedAt()), state.sessionId().value());
  }

  /** The place that comes before exactly those that are listed after a position; null for null. */
  public static Use at(Position position) {
    if (position == null) {
      return null;
    }
    long micros = micros(position.updatedAt());
    Instant listed = position.updatedAt().truncatedTo(ChronoUnit.MICROS);
    boolean between = !position.updatedAt().equals(listed) && micros < Long.MAX_VALUE;
    return between ? new Use(micros + 1, "") : new Use(micros, position.id().value());
  }

  /** That the session is gone: a line without a time, behind all others. */
  static Use gone(String id) {
    return new Use(GONE, id);
  }

  boolean isGone() {
    return micros == GONE;
  }

  /** Whether both are uses, in one second. */
  boolean isOfSameSecond(Use other) {
    return !isGone()
        && !other.isGone()
        && Math.floorDiv(micros, MICROS) == Math.floorDiv(other.micros, MICROS);
  }

  static long micros(Instant time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.getEpochSecond(), MICROS), time.getNano() / NANOS);
    } catch (ArithmeticException e) {
      // Another program's odd year. It is a time all the same, before or after all others.
      return time.isBefore(Instant.EPOCH) ? GONE + 1 : Long.MAX_VALUE;
    }
  }

  Instant time() {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  @Override
  public int compareTo(Use other) {
    int newer = Long.compare(other.micros, micros);
    return newer != 0 ? newer : other.id.compareTo(id);
  }

  /** Whether it comes behind a place in the list; always where that is null. */
  boolean isAfter(Use place) {
    return place == null || compareTo(place) > 0;
  }

  /** The line with its end. */
  byte[] line() {
    return (micros + " " + id + "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** What a line without its end says; null where it is damaged. */
  static Use parse(byte[] bytes, int from, int to) {
    String line = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    int space = line.indexOf(' ');
    try {
      return space > 0 && space < line.length() - 1
          ? new Use(Long.parseLong(line, 0, space, 10), line.substring(space + 1))
          : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
