package dev.helix.session;

import java.util.Optional;

/** The part of a {@link SessionStore} that keeps what owners' session ids are made with. */
public interface OwnerSecrets {
  /**
   * The secret that owners' session ids are made with: 32 random bytes, made durably by whoever
   * asks first and the same ever after, also for other servers of this store and in a copy of it. A
   * new array each time.
   *
   * @throws SessionException if it is damaged, or gone although there are owners: none replaces it
   */
  byte[] ownerSecret();

  /** The owners' secret as {@link #ownerSecret} gives it, where there is one; none is made. */
  Optional<byte[]> findOwnerSecret();

  /**
   * Makes this the owners' secret if there is none yet, durably, as whoever copies a store must. It
   * is one step with regard to {@link #ownerSecret} and to other calls of this, on every server of
   * the store, and never replaces another secret.
   *
   * @param secret 32 bytes, which are copied
   * @return whether this is the secret now; false, with nothing changed, where there is another
   * @throws IllegalArgumentException if it has not 32 bytes
   * @throws SessionException if the one that is there is damaged
   */
  boolean adoptOwnerSecret(byte[] secret);
}
