package dev.helix.backend.upstream;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The settings of an upstream. Immutable; holds a key and does not show it.
 *
 * @param name how it is told from other upstreams, or null where it has no name
 * @param url the base of an OpenAI-compatible interface, such as {@code http://127.0.0.1:11434/v1},
 *     or the address of its chat completions. A query goes with each request
 * @param key the key sent as {@code Authorization: Bearer}, or null for none
 * @param connectTimeout how long the lookup of the host's name may take, then each attempt to
 *     connect, then the TLS handshake
 * @param modelsTimeout how long the list of models may take
 * @param maxConnections the most connections, and so the most replies at once; at least 1
 * @param proxy the proxy before the upstream, or null for none
 */
public record UpstreamSettings(
    String name,
    URI url,
    String key,
    Duration connectTimeout,
    Duration modelsTimeout,
    int maxConnections,
    ProxySettings proxy) {
  static final String COMPLETIONS = "/chat/completions";

  /** What of an address is not its base. */
  private static final Pattern BEHIND_BASE = Pattern.compile("/*(" + COMPLETIONS + "/*)?$");

  public UpstreamSettings {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(modelsTimeout, "modelsTimeout");
    if (maxConnections < 1) {
      throw new IllegalArgumentException("maxConnections: " + maxConnections);
    }
  }

  /** The settings of an upstream without a name. */
  public UpstreamSettings(
      URI url,
      String key,
      Duration connectTimeout,
      Duration modelsTimeout,
      int maxConnections,
      ProxySettings proxy) {
    this(null, url, key, connectTimeout, modelsTimeout, maxConnections, proxy);
  }

  /** The settings of an upstream without a name, and without a proxy before it. */
  public UpstreamSettings(
      URI url, String key, Duration connectTimeout, Duration modelsTimeout, int maxConnections) {
    this(url, key, connectTimeout, modelsTimeout, maxConnections, null);
  }

  /** What the log calls the upstream. */
  String describe() {
    return "the upstream " + (name == null ? "" : name + " ") + "at " + base();
  }

  /** The address of one endpoint below the base. */
  URI endpoint(String path) {
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return URI.create(base() + path + query);
  }

  /** The base, without a slash at its end and without the query. */
  String base() {
    String whole = url.toString();
    int query = whole.indexOf('?');
    return BEHIND_BASE.matcher(query < 0 ? whole : whole.substring(0, query)).replaceFirst("");
  }

  @Override
  public String toString() {
    return "UpstreamSettings[url=" + base() + ", key=" + (key == null ? "none" : "(set)") + "]";
  }
}
