package dev.helix.access;

import dev.helix.config.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The settings of {@link AuthenticationFilter}. Immutable; holds a secret and does not show it.
 *
 * @param keysFile the file of API keys, or null where callers need none
 * @param jwtSecret the secret with which Open WebUI signs its users' tokens, at least 32 bytes in
 *     UTF-8; null where tokens are not looked at
 * @param jwtLeeway how far Open WebUI's clock may be from ours, in whole seconds
 * @param trustUserHeaders whether {@code X-OpenWebUI-User-Id} is believed. Any caller can forge it
 * @param operatorRole the container's role whose members are operators; null for none
 * @param operatorReadsTexts whether operators read what others wrote
 */
public record AuthenticationSettings(
    Path keysFile,
    String jwtSecret,
    Duration jwtLeeway,
    boolean trustUserHeaders,
    String operatorRole,
    boolean operatorReadsTexts) {

  /** The key of {@link #keysFile}. */
  public static final String KEYS_FILE = "helix.api.keys.file";

  /** The key of {@link #jwtSecret}. */
  public static final String JWT_SECRET = "helix.openwebui.jwt.secret";

  /** The key of {@link #jwtLeeway}. */
  public static final String JWT_LEEWAY = "helix.openwebui.jwt.leeway";

  /** The key of {@link #trustUserHeaders}. */
  public static final String TRUST_USER_HEADERS = "helix.trust.user.headers";

  /** The key of {@link #operatorRole}. */
  public static final String OPERATOR_ROLE = "helix.operator.role";

  /** The key of {@link #operatorReadsTexts}. */
  public static final String OPERATOR_READS_TEXTS = "helix.operator.reads-texts";

  /** Settings in which no role of the container's is an operator's, and operators read texts. */
  public AuthenticationSettings(
      Path keysFile, String jwtSecret, Duration jwtLeeway, boolean trustUserHeaders) {
    this(keysFile, jwtSecret, jwtLeeway, trustUserHeaders, null, true);
  }

  public AuthenticationSettings {
    Objects.requireNonNull(jwtLeeway, "jwtLeeway");
    if (jwtSecret != null && isShort(jwtSecret)) {
      throw new IllegalArgumentException("a secret for HS256 has at least 32 bytes");
    }
  }

  /**
   * The settings that hold. The keys file is read once, to see whether it can be used. Wrong
   * settings are reported by {@link Settings#check()}, which must be called before the result is
   * used.
   */
  public static AuthenticationSettings from(Settings settings) {
    Path keysFile = settings.path(KEYS_FILE, null);
    if (keysFile != null) {
      try {
        List<ApiKey> unused = KeysFile.read(keysFile);
      } catch (BrokenKeysException e) {
        settings.reject(
            KEYS_FILE,
            "a file of lines tenant:sha256-hex-of-key[:service][:operator], but " + e.getMessage());
      }
    }
    String secret = settings.secret(JWT_SECRET);
    if (secret != null && isShort(secret)) {
      settings.reject(
          JWT_SECRET,
          "at least 32 bytes long: HS256 is not safe with a shorter one, and this has "
              + secret.getBytes(StandardCharsets.UTF_8).length);
      secret = null;
    }
    return new AuthenticationSettings(
        keysFile,
        secret,
        settings.duration(
            JWT_LEEWAY, Duration.ofSeconds(30), Duration.ZERO, Duration.ofMinutes(10)),
        settings.flag(TRUST_USER_HEADERS, false),
        settings.string(OPERATOR_ROLE, null),
        settings.flag(OPERATOR_READS_TEXTS, true));
  }

  private static boolean isShort(String secret) {
    return secret.getBytes(StandardCharsets.UTF_8).length < UserTokens.LEAST_SECRET_BYTES;
  }

  @Override
  public String toString() {
    return ("AuthenticationSettings[keysFile=%s, jwtSecret=%s, jwtLeeway=%s, trustUserHeaders=%s,"
            + " operatorRole=%s, operatorReadsTexts=%s]")
        .formatted(
            keysFile,
            jwtSecret == null ? "(not set)" : "(set)",
            jwtLeeway,
            trustUserHeaders,
            operatorRole,
            operatorReadsTexts);
  }
}
