package dev.helix.backend.upstream;

import dev.helix.text.SecretStrength;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What is sent to an upstream, and to the proxy before it, that nobody else may know. Immutable; it
 * is not shown.
 */
final class Secrets {
  /** A secret that is shorter is none: it is a word that may stand in any text. */
  private static final int LEAST_CHARACTERS = 8;

  private static final String MASK = "***";

  private final List<String> all = new ArrayList<>();

  /** Those that no text has by chance. */
  private final List<byte[]> random;

  Secrets(UpstreamSettings settings) {
    add(settings.key());
    ProxySettings proxy = settings.proxy();
    if (proxy != null && proxy.credentials() != null) {
      add(proxy.credentials().replaceFirst("^[^:]*:?", ""));
      add(proxy.authorization().replaceFirst("^\\S+ ", ""));
    }
    random =
        all.stream()
            .filter(secret -> !SecretStrength.isWeak(secret))
            .map(secret -> secret.getBytes(StandardCharsets.UTF_8))
            .toList();
  }

  private void add(String secret) {
    if (secret != null && secret.length() >= LEAST_CHARACTERS) {
      all.add(secret);
    }
  }

  /** Whether there is none. */
  boolean isEmpty() {
    return all.isEmpty();
  }

  /** The text of an error or a header, with a mask in their place. */
  String masked(String text) {
    String masked = text;
    for (String secret : all) {
      masked = masked.replace(secret, MASK);
    }
    return masked;
  }

  /** Those that are taken out of answers too. */
  List<byte[]> random() {
    return random;
  }

  @Override
  public String toString() {
    return "Secrets[" + all.size() + "]";
  }
}
