package dev.helix.session;

import java.security.SecureRandom;
import java.util.Optional;

/** The owners' secret of a store, found or made. No state. */
final class NewOwnerSecret {
  private static final int BYTES = 32;

  /** So many of the sessions last used tell whether there were ever owners. */
  private static final int LOOKED_AT = 10_000;

  private NewOwnerSecret() {}

  /** As {@link SessionStore#ownerSecret} gives it. */
  static byte[] of(SessionStore store) {
    Optional<byte[]> known = store.findOwnerSecret();
    if (known.isPresent()) {
      return known.get();
    }
    // Where another server has just made it, there may be owners already.
    if (hasOwners(store) && store.findOwnerSecret().isEmpty()) {
      throw new SessionException(
          "the owners' secret is gone, although there are sessions of owners. With a new one they"
              + " would find none of them: restore it from a copy of the store");
    }
    byte[] proposed = new byte[BYTES];
    new SecureRandom().nextBytes(proposed);
    boolean unused = store.adoptOwnerSecret(proposed);
    return store.findOwnerSecret().orElseThrow();
  }

  private static boolean hasOwners(SessionStore store) {
    return store.all(null).limit(LOOKED_AT).anyMatch(SessionState::isNamedForOwner);
  }
}
