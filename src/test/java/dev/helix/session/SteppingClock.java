package dev.helix.session;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that is one millisecond later each time it is asked. Thread-safe. */
public final class SteppingClock extends Clock {
  public static final Instant START = Instant.parse("2026-01-05T12:34:56.123456Z");

  private final AtomicLong steps = new AtomicLong();

  @Override
  public Instant instant() {
    return START.plusMillis(steps.getAndIncrement());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
