package dev.helix.servers;

import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A store that servers share, in the hands of a test.
 *
 * @param settings what a server needs to know, {@code helix.store} among them
 * @param kill ends the store's own process as {@code kill -9} does
 * @param restart starts it again with its data at its address, and returns when it answers
 * @param close ends it for good
 */
public record SharedStore(
    Map<String, String> settings, Runnable kill, Runnable restart, Runnable close) {

  /** Folders, which nobody has to run. */
  public static SharedStore of(Path sessions) {
    return new SharedStore(
        Map.of("helix.store", "files", "helix.sessions.dir", sessions.toString()),
        () -> {},
        () -> {},
        () -> {});
  }

  /** A database of its own, on a server that stays. */
  public static SharedStore of(PostgresServer postgres) {
    return new SharedStore(
        Map.of(
            "helix.store",
            "jdbc",
            "helix.jdbc.url",
            postgres.url(postgres.newDatabase()),
            "helix.jdbc.user",
            postgres.user(),
            "helix.jdbc.password",
            postgres.password()),
        postgres::kill,
        () -> restart(postgres),
        () -> {});
  }

  private static void restart(PostgresServer postgres) {
    try {
      postgres.start();
    } catch (Exception e) {
      throw new AssertionError("PostgreSQL does not start again", e);
    }
  }

  /** A Redis of its own. */
  public static SharedStore ofRedis() {
    RedisServer redis = RedisServer.start();
    return new SharedStore(
        Map.of("helix.store", "redis", "helix.redis.url", redis.url()),
        redis::kill,
        () -> restart(redis),
        redis::close);
  }

  private static void restart(RedisServer redis) {
    try {
      redis.restart();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The settings as variables of the environment. */
  public Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    settings.forEach(
        (key, value) -> environment.put(key.toUpperCase(Locale.ROOT).replace('.', '_'), value));
    return environment;
  }

  /** What is stored, read beside the servers. */
  public SessionManager look() {
    return new SessionManager(openToRead(), Clock.systemUTC());
  }

  /** The store, opened beside the servers. */
  public SessionStore openToRead() {
    return SessionStore.openToRead(settings.get("helix.store"), settings::get);
  }
}
