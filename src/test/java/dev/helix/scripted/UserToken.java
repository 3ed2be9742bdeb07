package dev.helix.scripted;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens as Open WebUI does, and such as it never would. No state. */
public final class UserToken {
  private UserToken() {}

  /** A token as Open WebUI sends it, of a user, made then and good for five minutes. */
  public static String of(String user, String secret, Instant then) {
    return signed("HS256", claims(user, then), secret);
  }

  /** What Open WebUI says in a token. */
  public static ObjectNode claims(String user, Instant then) {
    return Json.object()
        .put("sub", user)
        .put("email", "someone@example.org")
        .put("name", "Some One")
        .put("role", "user")
        .put("iss", "open-webui")
        .put("iat", then.getEpochSecond())
        .put("exp", then.getEpochSecond() + 300);
  }

  /** Any claims under any algorithm's name, signed with HMAC-SHA256. */
  public static String signed(String algorithm, ObjectNode claims, String secret) {
    return signed("HmacSHA256", algorithm, claims, secret);
  }

  /** Any claims under any algorithm's name, signed with a HMAC of the JDK's. */
  public static String signed(String mac, String algorithm, ObjectNode claims, String secret) {
    String content = unsigned(algorithm, claims);
    try {
      Mac signer = Mac.getInstance(mac);
      signer.init(new SecretKeySpec(secret.getBytes(UTF_8), mac));
      return content + "." + base64(signer.doFinal(content.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Header and claims, without a signature and the dot before it. */
  public static String unsigned(String algorithm, ObjectNode claims) {
    String header = Json.object().put("alg", algorithm).put("typ", "JWT").toString();
    return base64(header.getBytes(UTF_8)) + "." + base64(claims.toString().getBytes(UTF_8));
  }

  /** Base64 as tokens have it. */
  public static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
