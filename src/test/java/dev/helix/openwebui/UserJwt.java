package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The signed token by which Open WebUI names its user: HS256, five minutes. */
final class UserJwt {
  /** The header. */
  static final String HEADER = "X-OpenWebUI-User-Jwt";

  /** What both sides sign with in these tests. */
  static final String SECRET = "openwebui-and-helix-share-this-in-tests";

  private UserJwt() {}

  /** The claims about the user in a token, without its issuer and times. */
  static ObjectNode user(String token) {
    String claims = token.split("\\.", -1)[1];
    ObjectNode user = (ObjectNode) Json.read(Base64.getUrlDecoder().decode(claims));
    return user.without(java.util.List.of("iss", "iat", "exp"));
  }

  /** A fresh token with these claims about the user. */
  static String mint(JsonNode user) {
    long now = Instant.now().getEpochSecond();
    ObjectNode claims = user.deepCopy();
    claims.put("iss", "open-webui").put("iat", now).put("exp", now + 300);
    String signed = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + encode(claims.toString());
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
