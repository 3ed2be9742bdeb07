package dev.helix.session;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The session ids that are an owner's alone: those without an owner, with {@code -} and 16 hex
 * digits of HMAC-SHA256 over the owner behind them. Its key is the store's secret, so that all
 * servers of one store agree and nobody else can make another's names. Thread-safe; the first name
 * with an owner may wait for the store.
 */
final class OwnerNames {
  private static final int DIGITS = 16;

  private final SessionStore store;

  /** Null until there is an owner, so that a store that has none keeps no secret. */
  private volatile SecretKeySpec secret;

  OwnerNames(SessionStore store) {
    this.store = store;
  }

  /** The owner's forms of these ids; of the anonymous owner the ids as they are. */
  List<SessionId> of(Owner owner, List<SessionId> ids) {
    if (owner.isAnonymous()) {
      return ids;
    }
    String hash = hash(owner);
    return ids.stream().map(id -> new SessionId(id + "-" + hash)).toList();
  }

  private String hash(Owner owner) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(secret());
      mac.update(encoded(owner.tenant()));
      byte[] hash = mac.doFinal(encoded(owner.user()));
      return HexFormat.of().formatHex(hash).substring(0, DIGITS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** Whether there is a name, its length in UTF-16 units and the units, high bytes first. */
  static byte[] encoded(String name) {
    if (name == null) {
      return new byte[] {0};
    }
    ByteBuffer bytes = ByteBuffer.allocate(5 + 2 * name.length());
    bytes.put((byte) 1).putInt(name.length()).asCharBuffer().put(name);
    return bytes.array();
  }

  private SecretKeySpec secret() {
    SecretKeySpec known = secret;
    if (known == null) {
      known = new SecretKeySpec(store.ownerSecret(), "HmacSHA256");
      secret = known;
    }
    return known;
  }
}
