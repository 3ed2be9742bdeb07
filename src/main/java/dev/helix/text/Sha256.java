package dev.helix.text;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java platform has. No state. */
public final class Sha256 {
  private Sha256() {}

  /** A digest that nothing was added to. */
  public static MessageDigest begin() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The digest of all these bytes. */
  public static byte[] of(byte[] bytes) {
    return begin().digest(bytes);
  }
}
