package dev.helix.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals texts that an owner takes along and brings back: nobody else can read them, and none but
 * those sealed here for this owner is opened, on any server of the store. AES-256 in GCM, with a
 * key for each owner and purpose, made with HMAC-SHA256 of the store's secret. Thread-safe; the
 * first use may wait for the store.
 */
public final class OwnerSeals {
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final String MAC = "HmacSHA256";

  private final byte[] label;
  private final byte[] nonceLabel;
  private final Supplier<byte[]> store;
  private final SecureRandom random = new SecureRandom();

  /** Null until something is sealed or opened, so that a store that needs no secret keeps none. */
  private volatile SecretKeySpec secret;

  /**
   * Seals of one purpose.
   *
   * @param purpose what is sealed; what was sealed for another purpose is not opened
   * @param ownerSecret gives {@link OwnerSecrets#ownerSecret}
   */
  public OwnerSeals(String purpose, Supplier<byte[]> ownerSecret) {
    this.label = ("seal of a " + purpose + "\n").getBytes(StandardCharsets.UTF_8);
    this.nonceLabel = ("nonce of a " + purpose + "\n").getBytes(StandardCharsets.UTF_8);
    this.store = Objects.requireNonNull(ownerSecret, "ownerSecret");
  }

  /** Seals of another purpose, with the same secret. */
  public OwnerSeals of(String purpose) {
    return new OwnerSeals(purpose, () -> secret().getEncoded());
  }

  /**
   * Has the store's secret at hand, so that nothing waits for the store from now on.
   *
   * @throws SessionException if it cannot be had
   */
  public void prepare() {
    SecretKeySpec unused = secret();
  }

  /**
   * The text sealed for an owner, in the letters of base64url.
   *
   * @throws SessionException if the store's secret cannot be had
   */
  public String seal(Owner owner, String text) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return seal(owner, text.getBytes(StandardCharsets.UTF_8), nonce);
  }

  /**
   * The same, and each time alike for one text, so that what is told twice is told alike: the nonce
   * is made of the text, with a key of its own.
   *
   * @throws SessionException if the store's secret cannot be had
   */
  public String sealAlike(Owner owner, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key(owner, nonceLabel));
      return seal(owner, bytes, Arrays.copyOf(mac.doFinal(bytes), NONCE_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + MAC, e);
    }
  }

  private String seal(Owner owner, byte[] text, byte[] nonce) {
    try {
      byte[] closed = cipher(Cipher.ENCRYPT_MODE, owner, nonce).doFinal(text);
      ByteBuffer sealed = ByteBuffer.allocate(1 + NONCE_BYTES + closed.length);
      sealed.put(VERSION).put(nonce).put(closed);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed.array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES in GCM", e);
    }
  }

  /**
   * The text that was sealed for this owner; empty for anything else.
   *
   * @throws SessionException if the store's secret cannot be had
   */
  public Optional<String> open(Owner owner, String sealed) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(sealed);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    int from = 1 + NONCE_BYTES;
    if (bytes.length < from + TAG_BITS / 8 || bytes[0] != VERSION) {
      return Optional.empty();
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, owner, Arrays.copyOfRange(bytes, 1, from));
      byte[] text = cipher.doFinal(bytes, from, bytes.length - from);
      return Optional.of(new String(text, StandardCharsets.UTF_8));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES in GCM", e);
    }
  }

  private Cipher cipher(int mode, Owner owner, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key(owner, label), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(new byte[] {VERSION});
    return cipher;
  }

  /** What {@link OwnerNames} makes of the secret begins with a byte that no label does. */
  private SecretKeySpec key(Owner owner, byte[] use) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(MAC);
    mac.init(secret());
    mac.update(use);
    mac.update(OwnerNames.encoded(owner.tenant()));
    return new SecretKeySpec(mac.doFinal(OwnerNames.encoded(owner.user())), "AES");
  }

  private SecretKeySpec secret() {
    SecretKeySpec known = secret;
    if (known == null) {
      known = new SecretKeySpec(store.get(), MAC);
      secret = known;
    }
    return known;
  }
}
