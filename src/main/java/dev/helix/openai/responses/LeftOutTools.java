package dev.helix.openai.responses;

import dev.helix.openai.request.TurnHeaders;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says which kinds of tools are left out: each caller, and the log once. Thread-safe. */
final class LeftOutTools {
  private static final Logger LOG = System.getLogger(LeftOutTools.class.getName());

  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  /** Tells of the tools of one request; the kinds are those that {@link RequestTools} names. */
  void tell(List<String> kinds, HttpServletResponse response) {
    TurnHeaders.tellLeftOut(kinds, response);
    log(kinds);
  }

  /** Tells the log alone. */
  void log(List<String> kinds) {
    for (String kind : kinds) {
      if (logged.add(kind)) {
        LOG.log(
            Level.INFO,
            "tools of the kind {0} are left out of requests for responses, as they are not run here",
            kind);
      }
    }
  }
}
