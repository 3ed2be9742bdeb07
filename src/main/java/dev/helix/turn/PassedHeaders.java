package dev.helix.turn;

import dev.helix.backend.ReplyHead;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Headers of a backend's that mean something to its clients, and so go to ours. No state. */
public final class PassedHeaders {
  private static final Set<String> PASSED =
      Set.of(
          "retry-after",
          "retry-after-ms",
          "x-should-retry",
          "x-request-id",
          "openai-processing-ms",
          "openai-version");

  private static final String PASSED_PREFIX = "x-ratelimit-";

  private PassedHeaders() {}

  /** Those of a reply, in a map that may be added to. */
  public static Map<String, String> of(ReplyHead head) {
    Map<String, String> headers = new LinkedHashMap<>();
    head.headers()
        .forEach(
            (name, value) -> {
              if (PASSED.contains(name) || name.startsWith(PASSED_PREFIX)) {
                headers.put(name, value);
              }
            });
    return headers;
  }
}
