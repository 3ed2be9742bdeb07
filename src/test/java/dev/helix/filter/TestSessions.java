package dev.helix.filter;

import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** Real sessions in a real folder. */
public final class TestSessions {
  private TestSessions() {}

  public static SessionManager open(Path dir) {
    Map<String, String> settings = Map.of("helix.sessions.dir", dir.toString());
    return new SessionManager(SessionStore.open("files", settings::get), Clock.systemUTC());
  }
}
