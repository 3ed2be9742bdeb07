package dev.helix.access;

import dev.helix.text.SecretStrength;
import dev.helix.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The entry of an API key in the keys file: its tenant and the SHA-256 of the key, never the key
 * itself. Immutable; {@link #toString} does not show the hash.
 *
 * @param tenant whose key it is, 1 to 64 of {@code A-Z a-z 0-9 . _ -}
 * @param hash SHA-256 over the key's bytes, of which there is at least one, as 64 lower-case hex
 *     digits
 * @param service whether the key belongs to a program that speaks for no user
 * @param operator whether who has the key sees everybody's sessions, where it speaks for no user
 */
public record ApiKey(String tenant, String hash, boolean service, boolean operator) {
  private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  /** What a script writes whose key was not set; a request without a key would fit it. */
  private static final String HASH_OF_NOTHING = hash("");

  public ApiKey {
    if (!TENANT.matcher(tenant).matches()) {
      throw new IllegalArgumentException("a tenant is named by 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    if (!HASH.matcher(hash).matches()) {
      throw new IllegalArgumentException("not a SHA-256");
    }
    if (hash.equals(HASH_OF_NOTHING)) {
      throw new IllegalArgumentException("the SHA-256 of no key at all");
    }
  }

  /**
   * The entry for a key that a person chose, of no operator.
   *
   * @param key visible ASCII characters only, since it travels in a header; at least one
   * @throws IllegalArgumentException if the tenant or the key cannot be used; it shows no key
   */
  public static ApiKey of(String tenant, String key, boolean service) {
    if (key.isEmpty() || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException(
          "a key is made of visible ASCII characters, without white space, and is not empty");
    }
    return new ApiKey(tenant, hash(key), service, false);
  }

  /** This entry as an operator's. */
  public ApiKey asOperator() {
    return new ApiKey(tenant, hash, service, true);
  }

  /**
   * A new key, which only whoever is given it can know: 43 letters, digits, {@code -} and {@code _}
   * of 256 random bits.
   */
  public static String random() {
    byte[] bits = new byte[32];
    new SecureRandom().nextBytes(bits);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  /**
   * Whether a key is short, or of so few different characters, runs and repetitions that it may be
   * found from its SHA-256. An estimate, which knows no words.
   */
  public static boolean isWeak(String key) {
    return SecretStrength.isWeak(key);
  }

  /** SHA-256, in hex digits, over the bytes of a header's value, which has one char for each. */
  static String hash(String value) {
    return HexFormat.of().formatHex(Sha256.of(value.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** The line that the keys file has for it. */
  public String line() {
    return tenant + ":" + hash + (service ? ":service" : "") + (operator ? ":operator" : "");
  }

  @Override
  public String toString() {
    return "ApiKey[tenant=" + tenant + ", service=" + service + ", operator=" + operator + "]";
  }
}
