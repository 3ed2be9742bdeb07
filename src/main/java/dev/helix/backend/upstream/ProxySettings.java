package dev.helix.backend.upstream;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The HTTP proxy before the upstream. Immutable; holds credentials and does not show them.
 *
 * @param host its name or address
 * @param port its port
 * @param credentials {@code user:password}, or null for none
 */
public record ProxySettings(String host, int port, String credentials) {
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
   * @throws IllegalArgumentException if the proxy is named in a way that cannot be used
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
      return isListed(host, -1, properties.apply("http.nonProxyHosts"), "\\|")
          ? null
          : new ProxySettings(named.strip(), port(properties.apply(scheme + ".proxyPort")), null);
    }
    String proxy = variable(environment, scheme + "_proxy");
    return proxy.isEmpty()
            || isListed(host, portOf(upstream), variable(environment, "no_proxy"), "[,\\s]+")
        ? null
        : parse(proxy);
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
    String lower = environment.apply(name);
    String value = lower == null ? environment.apply(name.toUpperCase(Locale.ROOT)) : lower;
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

  /** Whether the host is one of a list: {@code *}, a name with all below it, or with a port. */
  private static boolean isListed(String host, int port, String list, String separator) {
    if (list == null) {
      return false;
    }
    for (String entry : list.toLowerCase(Locale.ROOT).split(separator, -1)) {
      String name = entry.strip();
      if (name.endsWith(":" + port)) {
        name = name.substring(0, name.lastIndexOf(':'));
      }
      String suffix = name.replaceFirst("^\\*?\\.?", "");
      boolean exact = name.equals(host) || suffix.equals(host);
      boolean below = !suffix.isEmpty() && host.endsWith("." + suffix);
      boolean begins =
          name.endsWith("*")
              && name.length() > 1
              && host.startsWith(name.substring(0, name.length() - 1));
      if (name.equals("*") || exact || below || begins) {
        return true;
      }
    }
    return false;
  }

  private static ProxySettings parse(String proxy) {
    URI uri;
    try {
      uri = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("no URL of a proxy", null); // The cause would show it.
    }
    if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException("no URL of an HTTP proxy");
    }
    return new ProxySettings(
        uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort(), uri.getUserInfo());
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
