package dev.helix.backend.upstream;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The HTTP proxy before the upstream. Immutable; holds credentials and does not show them.
 *
 * @param host its name or address
 * @param port its port
 * @param credentials {@code user:password}, or null for none
 */
public record ProxySettings(String host, int port, String credentials) {
  private static final System.Logger LOG = System.getLogger(ProxySettings.class.getName());

  /** The scheme and credentials that may stand before a host, and what may stand behind it. */
  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?:([A-Za-z][A-Za-z0-9+.-]*)://)?(?:([^/?#]*)@)?"
              + "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f.:]+(?:%25[A-Za-z0-9._~-]+)?\\])"
              + "(?::([0-9]{1,5})?)?(?:/(?:[^/].*)?)?");

  public ProxySettings {
    Objects.requireNonNull(host, "host");
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port);
    }
  }

  /**
   * The proxy that is meant for this upstream: the system properties {@code https.proxyHost} and
   * {@code https.proxyPort} (or those of http), without the hosts in {@code http.nonProxyHosts};
   * else the environment's {@code HTTPS_PROXY} (or {@code HTTP_PROXY}), without those in {@code
   * NO_PROXY}, also in lower case. Null where there is none. A loopback is never behind a proxy.
   *
   * <p>The environment is for all programs of a machine: a proxy that is no HTTP proxy is logged
   * there and not used. {@code HTTP_PROXY} counts for nothing where {@code REQUEST_METHOD} is set,
   * as in a CGI, where it is a header of the caller's.
   *
   * @throws IllegalArgumentException if the properties name a proxy in a way that cannot be used
   */
  public static ProxySettings of(
      URI upstream, UnaryOperator<String> properties, UnaryOperator<String> environment) {
    String scheme = upstream.getScheme().toLowerCase(Locale.ROOT);
    String host = hostOf(upstream);
    if (isLoopback(host)) {
      return null;
    }
    String named = properties.apply(scheme + ".proxyHost");
    if (named != null && !named.isBlank()) {
      return ProxyBypass.isInProperty(host, properties.apply("http.nonProxyHosts"))
          ? null
          : new ProxySettings(named.strip(), port(properties.apply(scheme + ".proxyPort")), null);
    }
    String proxy = variable(environment, scheme + "_proxy");
    return proxy.isEmpty()
            || ProxyBypass.isInEnvironment(
                host, portOf(upstream), variable(environment, "no_proxy"))
        ? null
        : parse(scheme.toUpperCase(Locale.ROOT) + "_PROXY", proxy, host);
  }

  private static String hostOf(URI upstream) {
    // A name with an underscore is none for the JDK.
    String host =
        upstream.getHost() == null
            ? upstream.getRawAuthority().replaceFirst(":[0-9]*$", "")
            : upstream.getHost();
    return host.toLowerCase(Locale.ROOT);
  }

  private static int portOf(URI upstream) {
    String authority = upstream.getRawAuthority();
    String port = authority.substring(authority.lastIndexOf(':') + 1);
    if (port.matches("[0-9]{1,5}")) {
      return Integer.parseInt(port);
    }
    return upstream.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }

  private static boolean isLoopback(String name) {
    String host = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("0.0.0.0")
        || host.matches("127(\\.[0-9]+){1,3}")
        || host.matches("\\[(0*:)+0*1?]")
        || host.matches("\\[(0*:)+ffff:127(\\.[0-9]+){3}]");
  }

  private static String variable(UnaryOperator<String> environment, String name) {
    String value = environment.apply(name);
    boolean ofCaller = name.equals("http_proxy") && environment.apply("REQUEST_METHOD") != null;
    if (value == null && !ofCaller) {
      value = environment.apply(name.toUpperCase(Locale.ROOT));
    }
    return value == null ? "" : value.strip();
  }

  private static int port(String value) {
    if (value == null || value.isBlank()) {
      return 80; // As the JDK has it.
    }
    try {
      return Integer.parseInt(value.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a port of a proxy that is no number", e);
    }
  }

  /** The proxy of a variable; null for what is none that is spoken to, which is logged. */
  private static ProxySettings parse(String variable, String proxy, String upstream) {
    Matcher parts = ADDRESS.matcher(proxy);
    boolean read = parts.matches();
    String scheme = !read || parts.group(1) == null ? "http" : parts.group(1);
    int port = !read || parts.group(4) == null ? 80 : Integer.parseInt(parts.group(4));
    if (!read || !scheme.equalsIgnoreCase("http") || port < 1 || port > 65_535) {
      LOG.log(
          System.Logger.Level.WARNING,
          variable
              + " of the environment is not used, and the upstream at "
              + upstream
              + " asked without a proxy: "
              + (read && !scheme.equalsIgnoreCase("http")
                  ? "a proxy of the kind " + scheme + " is not spoken to."
                  : "it is no URL.")
              + " Set it to an HTTP proxy, such as http://proxy.example:3128, or name one with"
              + " -Dhttps.proxyHost and -Dhttps.proxyPort (-Dhttp.… for an upstream of http); add"
              + " the upstream's host to NO_PROXY if it needs none.");
      return null;
    }
    return new ProxySettings(parts.group(3), port, decoded(parts.group(2)));
  }

  /** Credentials without the escapes of a URL; as they are where they have none. */
  private static String decoded(String credentials) {
    try {
      return credentials == null
          ? null
          : URLDecoder.decode(credentials.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException noEscape) {
      return credentials;
    }
  }

  /** The value of {@code Proxy-Authorization}; null where there are no credentials. */
  String authorization() {
    return credentials == null
        ? null
        : "Basic "
            + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  /** The address, without the credentials. */
  @Override
  public String toString() {
    return "http://" + host + ":" + port;
  }
}
