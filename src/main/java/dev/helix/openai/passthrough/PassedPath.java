package dev.helix.openai.passthrough;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which requests are passed on, by their paths. No state. */
final class PassedPath {
  private static final String BASE = "/v1";

  /** A list, as upstreams have endpoints for their operators below the same base. */
  private static final Pattern PASSED =
      Pattern.compile(
          "/(embeddings|completions|rerank|moderations|(audio|images)(/[A-Za-z0-9_-]+)+)");

  private static final Pattern QUERY =
      Pattern.compile("([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*");

  private PassedPath() {}

  /**
   * The path below the base, without doubled slashes and one at the end; empty where nothing is
   * passed on.
   */
  static Optional<String> of(HttpServletRequest request) {
    String info = request.getPathInfo();
    String path = (request.getServletPath() + (info == null ? "" : info)).replaceAll("/{2,}", "/");
    String below =
        path.startsWith(BASE + "/") ? path.substring(BASE.length()).replaceAll("/$", "") : "";
    return PASSED.matcher(below).matches() ? Optional.of(below) : Optional.empty();
  }

  /** The path with the request's query, where that is one; empty where it is none. */
  static Optional<String> withQuery(String path, String query) {
    if (query == null) {
      return Optional.of(path);
    }
    return QUERY.matcher(query).matches() ? Optional.of(path + "?" + query) : Optional.empty();
  }
}
