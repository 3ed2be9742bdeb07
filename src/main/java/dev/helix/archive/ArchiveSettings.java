package dev.helix.archive;

import dev.helix.config.Settings;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreProviders;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Where and when idle sessions are archived. Immutable.
 *
 * @param folder where archives are, to be restored from also where none are made; null for nowhere
 * @param idle how long a session must have been unused; null for never
 * @param interval how long after one look for idle sessions the next one begins
 */
public record ArchiveSettings(Path folder, Duration idle, Duration interval) {
  static final String DAYS = "helix.archive.days";
  private static final String INTERVAL = "helix.archive.interval";
  private static final int OFF = 0;
  private static final int MOST_DAYS = 36_500;

  /**
   * Reads the keys.
   *
   * @param storeSettings what the store is given to read its own settings with
   * @throws IllegalArgumentException if there is no such store
   */
  public static ArchiveSettings from(
      Settings settings, String store, UnaryOperator<String> storeSettings) {
    int days = days(settings);
    Optional<Path> folder = StoreProviders.named(store).archiveFolder(storeSettings);
    if (days != OFF && folder.isEmpty()) {
      settings.reject(
          Archive.DIRECTORY,
          "a folder that all servers share, where " + DAYS + " is set and the store is " + store);
    }
    return new ArchiveSettings(
        folder.orElse(null), days == OFF ? null : Duration.ofDays(days), interval(settings));
  }

  /** A store with the archive before it, or, where there is no folder, the store itself. */
  public SessionStore before(SessionStore store, Clock clock) {
    return folder == null ? store : new Archive(folder, clock).before(store);
  }

  /** Finds out what is wrong with the keys as such, for {@link Settings#check()} to say. */
  public static void read(Settings settings) {
    days(settings);
    interval(settings);
    settings.path(Archive.DIRECTORY, null);
  }

  private static int days(Settings settings) {
    return settings.integer(DAYS, OFF, 1, MOST_DAYS);
  }

  private static Duration interval(Settings settings) {
    return settings.duration(
        INTERVAL, Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofDays(30));
  }
}
