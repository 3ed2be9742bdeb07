package dev.helix.access;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.http.FrameCheck;
import dev.helix.http.PageOrigin;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A servlet filter that lets only callers on this machine through.
 *
 * <p>A caller is on this machine when its address is a loopback one and no header that proxies add
 * speaks of another: neither one that names callers, such as {@code Forwarded} or {@code
 * X-Forwarded-For}, nor one that names none, such as {@code Via} or {@code X-Forwarded-Proto}.
 * Other callers get 403 {@code remote_not_allowed}. A {@code Host} that is neither {@code
 * localhost} nor a loopback address gets 403 {@code host_not_allowed}; a request without {@code
 * Host}, as HTTP/1.0 allows, passes. A page of another site, by {@code Origin} or {@code
 * Sec-Fetch-Site}, gets 403 {@code origin_not_allowed}, unless {@link CrossOriginFilter} allows it.
 *
 * <p>Everyone passes where {@link AuthenticationFilter} asks for keys in the same application, or
 * where {@value #ALLOW_REMOTE} is set; and whoever the container has authenticated. Source:
 * specification sections 6 and 7.
 *
 * <p>A request to open a WebSocket gets 403 {@code origin_not_allowed} where it is of a page whose
 * origin is neither the request's own nor allowed, also if everyone passes; only where keys are
 * asked for it may pass, as no page can send one with it.
 *
 * <p>Thread-safe. It looks no name up.
 */
public final class LoopbackFilter implements Filter {
  /** The key of the setting that lets everyone through. */
  public static final String ALLOW_REMOTE = "helix.allow.remote";

  private static final Pattern IPV4 = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
  private static final Pattern WITH_PORT = Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]*)(:\\d*)?");
  private static final Pattern ORIGIN = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://([^/@\\s]+)");

  private static final String ADVICE =
      " A file of API keys, "
          + AuthenticationSettings.KEYS_FILE
          + " (HELIX_API_KEYS_FILE in the environment), lets those in who have one; "
          + ALLOW_REMOTE
          + "=true (HELIX_ALLOW_REMOTE) lets everyone in.";

  private static final ApiError REMOTE =
      forbidden("remote_not_allowed", "Only callers on this machine are served.");

  private static final ApiError HOST =
      forbidden("host_not_allowed", "Only localhost and loopback addresses are served as Host.");

  private static final ApiError ORIGIN_REFUSED =
      new ApiError(
          403,
          "Pages of other sites are not served. "
              + CrossOriginFilter.ORIGINS
              + " (HELIX_CORS_ORIGINS in the environment) names the origins that are.",
          "request_forbidden",
          null,
          "origin_not_allowed");

  private final boolean readsSetting;
  private boolean allowRemote;

  /** A filter for {@code web.xml}, which reads {@value #ALLOW_REMOTE} in {@link #init}. */
  public LoopbackFilter() {
    this.readsSetting = true;
  }

  /**
   * A filter that reads no setting and lets callers through whether they are authenticated or not.
   *
   * @param allowRemote whether everyone passes, not only callers on this machine
   */
  public LoopbackFilter(boolean allowRemote) {
    this.readsSetting = false;
    this.allowRemote = allowRemote;
  }

  /**
   * Reads the setting, unless the filter was made with its value.
   *
   * @throws ServletException if the setting is neither true nor false
   */
  @Override
  public void init(FilterConfig config) throws ServletException {
    if (!readsSetting) {
      return;
    }
    Settings settings = Settings.forFilter(config);
    allowRemote = settings.flag(ALLOW_REMOTE, false);
    try {
      settings.check();
    } catch (InvalidSettingsException e) {
      throw new ServletException(config.getFilterName() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest http = (HttpServletRequest) request;
    ApiError refusal = allowRemote || isAuthenticated(http) ? null : refusal(http);
    if (refusal == null && isForeignSocket(http)) {
      refusal = ORIGIN_REFUSED;
    }
    if (refusal == null) {
      chain.doFilter(request, response);
    } else {
      ErrorResponse.write(http, (HttpServletResponse) response, refusal);
    }
  }

  /**
   * Whether a page that may not call asks for a WebSocket. A browser asks beforehand whether a page
   * may send JSON, but not whether it may open one; only headers with keys it never sends there.
   */
  private static boolean isForeignSocket(HttpServletRequest request) {
    return FrameCheck.mayOpen(request)
        && !AuthenticationFilter.asksForKeys(request.getServletContext())
        && PageOrigin.isForeign(request);
  }

  private boolean isAuthenticated(HttpServletRequest request) {
    return readsSetting
        && (request.getUserPrincipal() != null
            || AuthenticationFilter.asksForKeys(request.getServletContext()));
  }

  private static ApiError forbidden(String code, String message) {
    return new ApiError(403, message + ADVICE, "request_forbidden", null, code);
  }

  /** Whether a caller is on this machine, and no page of another site sends for them. */
  static boolean isLocal(HttpServletRequest request) {
    return refusal(request) == null
        && !PageOrigin.isAllowed(request)
        && !PageOrigin.isForeign(request);
  }

  private static ApiError refusal(HttpServletRequest request) {
    if (!isAddress(request.getRemoteAddr()) || ProxyHeaders.speakOfOthers(request)) {
      return REMOTE;
    }
    if (!host(request).allMatch(LoopbackFilter::isHost)) {
      return HOST;
    }
    return isOfAnotherSite(request) ? ORIGIN_REFUSED : null;
  }

  /** Whether a browser sent the request for a page that came from elsewhere. */
  private static boolean isOfAnotherSite(HttpServletRequest request) {
    return !PageOrigin.isAllowed(request)
        && (Collections.list(request.getHeaders("Sec-Fetch-Site")).stream()
                .anyMatch(site -> site.strip().equalsIgnoreCase("cross-site"))
            || !Collections.list(request.getHeaders("Origin")).stream()
                .map(String::strip)
                .allMatch(LoopbackFilter::isOrigin));
  }

  private static Stream<String> host(HttpServletRequest request) {
    if (request.getProtocol().startsWith("HTTP/1.")) {
      return Collections.list(request.getHeaders("Host")).stream().filter(host -> !host.isBlank());
    }
    // Later versions send the authority instead, which containers give as the server's name.
    return Stream.of(request.getServerName());
  }

  /** Whether a caller's address, with or without brackets and a port, is a loopback one. */
  static boolean isAddress(String address) {
    return address != null && (isLiteral(address) || isLiteral(withoutPort(address)));
  }

  /** Whether a {@code Host} value names this machine: an address as above or {@code localhost}. */
  static boolean isHost(String host) {
    String name = withoutPort(host.strip()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    return name.equals("localhost") || name.endsWith(".localhost") || isAddress(name);
  }

  private static boolean isOrigin(String origin) {
    Matcher matcher = ORIGIN.matcher(origin);
    return matcher.matches() && isHost(matcher.group(1));
  }

  /** The host of {@code host:port}; what is neither that nor a host is left as it is. */
  private static String withoutPort(String text) {
    Matcher matcher = WITH_PORT.matcher(text);
    return matcher.matches() ? matcher.group(1) : text;
  }

  private static boolean isLiteral(String text) {
    if (IPV4.matcher(text).matches()) {
      return true;
    }
    String inner =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    if (inner.indexOf(':') < 0) {
      return false;
    }
    try {
      // In brackets it is an address or an error. Without them the JDK looks up what is neither.
      return InetAddress.getByName("[" + inner + "]").isLoopbackAddress();
    } catch (UnknownHostException notAnAddress) {
      return false;
    }
  }
}
