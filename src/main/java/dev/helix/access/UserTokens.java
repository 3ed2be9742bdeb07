package dev.helix.access;

import static com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier;
import com.auth0.jwt.RegisteredClaims;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.interfaces.DecodedJWT;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.text.Json;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/**
 * Verifies the tokens in which Open WebUI says for whom it speaks: JWTs signed with HS256 and
 * nothing else, issued by {@code open-webui}, with a subject and an end, which every reader of JSON
 * reads alike. Thread-safe.
 */
final class UserTokens {
  private static final Logger LOG = System.getLogger(UserTokens.class.getName());

  /** HS256 wants a key that is no shorter than its hash (RFC 7518 section 3.2). */
  static final int LEAST_SECRET_BYTES = 32;

  private static final ObjectMapper STRICT =
      JsonMapper.builder(Json.FOREIGN.rebuild().enable(STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JWTVerifier verifier;

  /** A verifier. The leeway is how far the issuer's clock may be from ours, in whole seconds. */
  UserTokens(String secret, Duration leeway, Clock clock) {
    Algorithm hs256 = Algorithm.HMAC256(secret.getBytes(StandardCharsets.UTF_8));
    verifier =
        ((JWTVerifier.BaseVerification)
                JWT.require(hs256).withIssuer("open-webui").acceptLeeway(leeway.toSeconds()))
            .build(clock);
  }

  /** The user whom a token names; empty if it is not to be believed. */
  Optional<String> user(String token) {
    try {
      DecodedJWT verified = verifier.verify(token);
      if (!isPlain(token) || verified.getExpiresAt() == null) {
        // To the library an end that is missing has not come yet, and "present" may be null.
        return Optional.empty();
      }
      // Not its getSubject(), which makes text of numbers and more.
      return Optional.ofNullable(verified.getClaim(RegisteredClaims.SUBJECT).asString())
          .filter(Callers::isName);
    } catch (RuntimeException e) {
      // Not its message, which may quote the token. The library throws more than it declares: its
      // own exceptions for most tokens, a NullPointerException for one whose header is "null", and
      // what a date says that an end is too far away for.
      LOG.log(Level.DEBUG, () -> "a user token was refused: " + e.getClass().getSimpleName());
      return Optional.empty();
    }
  }

  /** Whether every reader reads the token alike: its header, which demands nothing, and claims. */
  private static boolean isPlain(String token) {
    String[] parts = token.split("\\.", -1);
    ObjectNode header = object(parts[0]);
    return token.indexOf('=') < 0
        && header != null
        && !header.has("crit")
        && object(parts[1]) != null;
  }

  /** The object that fills a part of a token; null where it is none, or two readers may differ. */
  private static ObjectNode object(String base64) {
    byte[] json = Base64.getUrlDecoder().decode(base64);
    try {
      return Json.indexOfNonUtf8(json, 0, json.length) < 0
              && STRICT.readTree(json) instanceof ObjectNode object
          ? object
          : null;
    } catch (IOException e) {
      return null; // What it says may quote the token.
    }
  }
}
