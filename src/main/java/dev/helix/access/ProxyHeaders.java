package dev.helix.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What reverse proxies, tunnels and content delivery networks add to the requests that they pass
 * on. Some headers name the callers; the others only show that somebody stands between. No state.
 */
final class ProxyHeaders {
  /** Each value is a list of addresses. */
  private static final Set<String> CALLERS =
      Set.of(
          "x-forwarded-for",
          "x-original-forwarded-for",
          "forwarded-for",
          "x-real-ip",
          "x-client-ip",
          "true-client-ip",
          "cf-connecting-ip",
          "cf-connecting-ipv6",
          "x-cluster-client-ip",
          "x-envoy-external-address",
          "x-azure-clientip",
          "x-appengine-user-ip",
          "x-nf-client-connection-ip",
          "x-vercel-forwarded-for",
          "x-proxyuser-ip",
          "do-connecting-ip",
          "fastly-client-ip",
          "fly-client-ip",
          "proxy-client-ip",
          "wl-proxy-client-ip");

  private static final Set<String> OTHERS =
      Set.of(
          "via",
          "x-original-host",
          "x-original-proto",
          "x-original-uri",
          "x-original-url",
          "x-rewrite-url",
          "x-scheme",
          "front-end-https",
          "cdn-loop");

  private static final List<String> PREFIXES =
      List.of("x-forwarded", "cf-", "tailscale-", "x-envoy-", "x-azure-", "fastly-", "fly-");

  private static final Pattern PAIR =
      Pattern.compile("\\s*([A-Za-z0-9_-]+)\\s*=\\s*(\"[^\"]*\"|[^\\s\"]+)\\s*");

  private ProxyHeaders() {}

  /**
   * Whether a header speaks of a caller that is not on this machine, or of a proxy that does not
   * say who its caller is.
   */
  static boolean speakOfOthers(HttpServletRequest request) {
    Enumeration<String> names = request.getHeaderNames();
    while (names.hasMoreElements()) {
      String header = names.nextElement();
      String name = header.toLowerCase(Locale.ROOT);
      if (name.equals("forwarded")) {
        if (!elements(request, header).allMatch(ProxyHeaders::isForThisMachine)) {
          return true;
        }
      } else if (CALLERS.contains(name)) {
        if (!elements(request, header).allMatch(LoopbackFilter::isAddress)) {
          return true;
        }
      } else if ((OTHERS.contains(name) || begins(name))
          && elements(request, header).findAny().isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static boolean begins(String name) {
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static Stream<String> elements(HttpServletRequest request, String header) {
    return Collections.list(request.getHeaders(header)).stream()
        .flatMap(value -> Stream.of(value.split(",")))
        .map(String::strip)
        .filter(element -> !element.isEmpty());
  }

  /** Whether an element of {@code Forwarded} (RFC 7239) has one caller, who is on this machine. */
  private static boolean isForThisMachine(String element) {
    String caller = null;
    for (String text : element.split(";", -1)) {
      Matcher pair = PAIR.matcher(text);
      boolean isCaller = pair.matches() && pair.group(1).equalsIgnoreCase("for");
      if (!pair.matches() || (isCaller && caller != null)) {
        return false;
      }
      caller = isCaller ? pair.group(2).replace("\"", "") : caller;
    }
    return LoopbackFilter.isAddress(caller);
  }
}
