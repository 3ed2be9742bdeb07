package dev.helix.access;

import dev.helix.config.InvalidSettingsException;
import dev.helix.config.Settings;
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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A servlet filter that lets pages of other origins call the application from a browser, by the
 * headers of CORS. It comes before all others, so that what these refuse can be read by the page
 * too, and a preflight needs no key.
 *
 * <pre>
 * OPTIONS /v1/chat/completions HTTP/1.1        HTTP/1.1 204 No Content
 * Origin: https://chat.example.com             Access-Control-Allow-Origin: https://chat.example.com
 * Access-Control-Request-Method: POST     →    Access-Control-Allow-Methods: …
 * Access-Control-Request-Headers: x-a          Access-Control-Allow-Headers: x-a
 * </pre>
 *
 * <p>A page of an allowed origin may send every header, and reads {@code X-Session-ID}, {@code
 * X-Conversation-ID} and what says when to try again. Cookies and the container's login are not for
 * pages: credentials are not allowed. A request of any other origin passes as it came, without a
 * header of CORS. Without origins the filter does nothing.
 *
 * <p>Thread-safe. Map it for errors too, where a container's error page could lose the headers.
 */
public final class CrossOriginFilter implements Filter {
  /** The key of the origins whose pages may call. */
  public static final String ORIGINS = "helix.cors.origins";

  private static final String ORIGIN = "Origin";
  private static final String METHOD = "Access-Control-Request-Method";
  private static final String HEADERS = "Access-Control-Request-Headers";
  private static final String NETWORK = "Access-Control-Request-Private-Network";
  private static final String EXPOSED =
      "X-Session-ID, X-Conversation-ID, X-Request-ID, X-Helix-Tools-Left-Out, Retry-After,"
          + " Retry-After-Ms, X-Should-Retry";
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
  private static final String SECONDS = "3600";

  /** Browsers send a scheme, a host in ASCII, and a port that is not the scheme's own. */
  private static final Pattern SYNTAX =
      Pattern.compile("([a-z][a-z0-9+.-]*)://([a-z0-9._-]+|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?");

  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Set<String> OWN_PORTS = Set.of("http:80", "https:443");

  private Set<String> origins;

  /** A filter for {@code web.xml}, which reads {@value #ORIGINS} in {@link #init}. */
  public CrossOriginFilter() {}

  /**
   * A filter for pages of these origins.
   *
   * @throws IllegalArgumentException if one is no origin, such as {@code *}
   */
  public CrossOriginFilter(List<String> origins) {
    if (!origins.stream().allMatch(CrossOriginFilter::isOrigin)) {
      throw new IllegalArgumentException("not origins: " + origins);
    }
    this.origins = normalized(origins);
  }

  /**
   * The origins that the settings name. Wrong ones are reported by {@link Settings#check()}, which
   * must be called before the result is used.
   */
  public static Set<String> origins(Settings settings) {
    List<String> given = settings.list(ORIGINS, List.of());
    if (given.contains("*")) {
      settings.reject(
          ORIGINS,
          "exact origins: with * every page that somebody opens could use this server in their"
              + " name");
    } else if (!given.stream().allMatch(CrossOriginFilter::isOrigin)) {
      settings.reject(
          ORIGINS,
          "origins as browsers send them, scheme://host or scheme://host:port without a path,"
              + " separated by commas");
    }
    return normalized(given);
  }

  private static boolean isOrigin(String text) {
    return SYNTAX.matcher(text.toLowerCase(Locale.ROOT)).matches();
  }

  /** As browsers write them: in lower case, without the port that is the scheme's own. */
  private static Set<String> normalized(List<String> given) {
    return given.stream().map(CrossOriginFilter::normalized).collect(Collectors.toSet());
  }

  private static String normalized(String given) {
    String origin = given.toLowerCase(Locale.ROOT);
    Matcher parts = SYNTAX.matcher(origin);
    boolean ownPort =
        parts.matches()
            && parts.group(3) != null
            && OWN_PORTS.contains(parts.group(1) + parts.group(3));
    return ownPort ? origin.substring(0, parts.start(3)) : origin;
  }

  /**
   * Reads the setting, unless the filter was made with its value.
   *
   * @throws ServletException if the setting names what is no origin
   */
  @Override
  public void init(FilterConfig config) throws ServletException {
    if (origins != null) {
      return;
    }
    Settings settings = Settings.forFilter(config);
    Set<String> read = origins(settings);
    try {
      settings.check();
    } catch (InvalidSettingsException e) {
      throw new ServletException(config.getFilterName() + ": " + e.getMessage(), e);
    }
    origins = read;
  }

  @Override
  public void doFilter(ServletRequest anyRequest, ServletResponse anyResponse, FilterChain chain)
      throws IOException, ServletException {
    if (!origins.isEmpty()
        && anyRequest instanceof HttpServletRequest request
        && anyResponse instanceof HttpServletResponse response
        && answered(request, response)) {
      return;
    }
    chain.doFilter(anyRequest, anyResponse);
  }

  /** Sets the headers; whether the request was a preflight, which is answered with that. */
  private boolean answered(HttpServletRequest request, HttpServletResponse response) {
    response.setHeader("Vary", ORIGIN);
    List<String> from = Collections.list(request.getHeaders(ORIGIN));
    if (from.size() != 1 || !origins.contains(from.get(0))) {
      return false;
    }
    PageOrigin.allow(request);
    response.setHeader("Access-Control-Allow-Origin", from.get(0));
    if (!request.getMethod().equals("OPTIONS") || request.getHeader(METHOD) == null) {
      response.setHeader("Access-Control-Expose-Headers", EXPOSED);
      return false;
    }
    response.setHeader("Vary", String.join(", ", ORIGIN, METHOD, HEADERS));
    response.setHeader("Access-Control-Allow-Methods", METHODS);
    response.setHeader("Access-Control-Max-Age", SECONDS);
    String asked =
        Collections.list(request.getHeaders(HEADERS)).stream()
            .flatMap(names -> Stream.of(names.split(",")))
            .map(String::strip)
            .filter(name -> TOKEN.matcher(name).matches())
            .collect(Collectors.joining(", "));
    if (!asked.isEmpty()) {
      response.setHeader("Access-Control-Allow-Headers", asked);
    }
    if ("true".equals(request.getHeader(NETWORK))) {
      // A page of the internet asks before it calls a server on this machine.
      response.setHeader("Access-Control-Allow-Private-Network", "true");
    }
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    return true;
  }
}
