package dev.helix.access;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier;
import com.auth0.jwt.RegisteredClaims;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.interfaces.DecodedJWT;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Verifies the tokens in which Open WebUI says for whom it speaks: JWTs signed with HS256 and
 * nothing else, issued by {@code open-webui}, with a subject and an end. Thread-safe.
 */
final class UserTokens {
  private static final Logger LOG = System.getLogger(UserTokens.class.getName());

  /** HS256 wants a key that is no shorter than its hash (RFC 7518 section 3.2). */
  static final int LEAST_SECRET_BYTES = 32;

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
    DecodedJWT verified;
    try {
      verified = verifier.verify(token);
    } catch (RuntimeException e) {
      // Not its message, which may quote the token. The library throws more than it declares: its
      // own exceptions for most tokens, a NullPointerException for one whose header is "null".
      LOG.log(Level.DEBUG, () -> "a user token was refused: " + e.getClass().getSimpleName());
      return Optional.empty();
    }
    // To the library an end that is missing or null has not come yet, and "present" may be null.
    if (verified.getExpiresAt() == null) {
      return Optional.empty();
    }
    // Not its getSubject(), which makes text of numbers and more.
    return Optional.ofNullable(verified.getClaim(RegisteredClaims.SUBJECT).asString())
        .filter(Callers::isName);
  }
}
