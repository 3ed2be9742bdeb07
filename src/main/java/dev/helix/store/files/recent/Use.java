package dev.helix.store.files.recent;

import dev.helix.session.Owner;
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
 * @param owner whose it is, as {@link #key} says; for a place or one that is gone it means nothing
 */
public record Use(long micros, String id, String owner) implements Comparable<Use> {
  private static final long MICROS = 1_000_000;
  private static final int NANOS = 1000;

  private static final String NOBODY = "-";

  /** Before all times. */
  private static final long GONE = Long.MIN_VALUE;

  /** The earliest time that a line can have. */
  static final long EARLIEST = GONE + 1;

  /** A use of a session that has no owner. */
  public Use(long micros, String id) {
    this(micros, id, NOBODY);
  }

  public static Use of(SessionState state) {
    return new Use(micros(state.updatedAt()), state.sessionId().value(), key(state.owner()));
  }

  /** By what an owner's lines are known: hex digits that no other owner's have. */
  public static String key(Owner owner) {
    return owner.isAnonymous() ? NOBODY : owner.key();
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

  /** Whether both are uses of one owner, in one second. */
  boolean isOfSameSecond(Use other) {
    return !isGone()
        && !other.isGone()
        && owner.equals(other.owner)
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
    return (micros + " " + id + " " + owner + "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /** What a line without its end says; null where it is damaged. */
  static Use parse(byte[] bytes, int from, int to) {
    String line = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    int space = line.indexOf(' ');
    int second = line.lastIndexOf(' ');
    try {
      return space > 0 && space + 1 < second && second < line.length() - 1
          ? new Use(
              Long.parseLong(line, 0, space, 10),
              line.substring(space + 1, second),
              line.substring(second + 1))
          : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
