package dev.helix.backend.upstream;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;

/**
 * The settings of the upstream. Immutable; holds a key and does not show it.
 *
 * @param url the base of an OpenAI-compatible interface, such as {@code http://127.0.0.1:11434/v1}
 * @param key the key sent as {@code Authorization: Bearer}, or null for none
 * @param connectTimeout how long the lookup of the host's name may take, then each attempt to
 *     connect, then the TLS handshake
 * @param modelsTimeout how long the list of models may take
 * @param maxConnections the most connections, and so the most replies at once; at least 1
 */
public record UpstreamSettings(
    URI url, String key, Duration connectTimeout, Duration modelsTimeout, int maxConnections) {
  public UpstreamSettings {
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(modelsTimeout, "modelsTimeout");
    if (maxConnections < 1) {
      throw new IllegalArgumentException("maxConnections: " + maxConnections);
    }
  }

  /** The address of one endpoint below the base. */
  URI endpoint(String path) {
    String base = url.toString();
    return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
  }

  @Override
  public String toString() {
    return "UpstreamSettings[url=" + url + ", key=" + (key == null ? "none" : "(set)") + "]";
  }
}
