package dev.helix.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Whether a web page of somebody else sent a request. A browser says so in {@code Origin} and
 * {@code Sec-Fetch-Site}; programs send neither. No state.
 */
public final class PageOrigin {
  private static final String ALLOWED = PageOrigin.class.getName();

  private PageOrigin() {}

  /** Notes that pages of the request's origin may call. */
  public static void allow(HttpServletRequest request) {
    request.setAttribute(ALLOWED, true);
  }

  /** Whether {@link #allow} was called for the request. */
  public static boolean isAllowed(HttpServletRequest request) {
    return request.getAttribute(ALLOWED) != null;
  }

  /** Whether the request is of a page whose origin is neither the request's own nor allowed. */
  public static boolean isForeign(HttpServletRequest request) {
    if (isAllowed(request)) {
      return false;
    }
    List<String> sites = Collections.list(request.getHeaders("Sec-Fetch-Site"));
    if (sites.stream().anyMatch(site -> site.equalsIgnoreCase("cross-site"))) {
      return true;
    }
    if (sites.equals(List.of("same-origin"))) {
      return false; // Behind a proxy the scheme may be another one. No page can set the header.
    }
    String own = (request.getScheme() + "://" + request.getHeader("Host")).toLowerCase(Locale.ROOT);
    return Collections.list(request.getHeaders("Origin")).stream()
        .anyMatch(origin -> !origin.toLowerCase(Locale.ROOT).equals(own));
  }
}
