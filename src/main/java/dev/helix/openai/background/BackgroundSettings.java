package dev.helix.openai.background;

import dev.helix.config.Settings;
import java.time.Duration;

/**
 * How much is done in the background, and kept of it. Immutable.
 *
 * @param running how many turns run at once
 * @param logBytes how many bytes of events are kept of one turn, the newest
 * @param allLogBytes how many are kept of all
 * @param kept how long the events are kept after the end
 * @param longest how long a turn may take, with what it waits for others; then it has failed
 */
public record BackgroundSettings(
    int running, long logBytes, long allLogBytes, Duration kept, Duration longest) {
  private static final long MIB = 1L << 20;

  /** Reads the keys. */
  public static BackgroundSettings from(Settings settings) {
    long all = Math.max(4 * MIB, Math.min(64 * MIB, Runtime.getRuntime().maxMemory() / 16));
    return new BackgroundSettings(
        settings.integer("helix.background.max.running", 100, 1, 100_000),
        settings.size("helix.background.events.max.bytes", 4 * MIB, 1024, 1L << 30),
        settings.size("helix.background.events.total.max.bytes", all, 1024, 1L << 40),
        settings.duration(
            "helix.background.events.kept",
            Duration.ofMinutes(10),
            Duration.ZERO,
            Duration.ofDays(1)),
        settings.duration(
            "helix.background.max.time",
            Duration.ofHours(6),
            Duration.ofSeconds(1),
            Duration.ofDays(7)));
  }
}
