package dev.helix.openai.socket;

import dev.helix.config.Settings;
import java.time.Duration;

/**
 * How many WebSockets there are, and for how long. Immutable.
 *
 * @param connections how many are open at once
 * @param waiting how many frames of one wait while another is answered
 * @param time how long one takes frames
 */
public record SocketSettings(int connections, int waiting, Duration time) {
  /** Reads the keys. */
  public static SocketSettings from(Settings settings) {
    return new SocketSettings(
        settings.integer("helix.sockets.max.connections", 1000, 1, 100_000),
        settings.integer("helix.sockets.max.waiting", 16, 1, 1000),
        settings.duration(
            "helix.sockets.time",
            Duration.ofMinutes(60),
            Duration.ofSeconds(1),
            Duration.ofDays(1)));
  }
}
