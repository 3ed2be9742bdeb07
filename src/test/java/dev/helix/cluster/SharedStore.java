package dev.helix.cluster;

import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
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
record SharedStore(Map<String, String> settings, Runnable kill, Runnable restart, Runnable close) {

  /** The settings as variables of the environment. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    settings.forEach(
        (key, value) -> environment.put(key.toUpperCase(Locale.ROOT).replace('.', '_'), value));
    return environment;
  }

  /** What is stored, read beside the servers. */
  SessionManager look() {
    return new SessionManager(
        SessionStore.openToRead(settings.get("helix.store"), settings::get), Clock.systemUTC());
  }
}
