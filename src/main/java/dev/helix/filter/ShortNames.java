package dev.helix.filter;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Conversation ids that stand in the ids of their responses: as a letter and {@value #DIGITS}
 * digits to the base 36, which is as much as there is room for.
 *
 * <ul>
 *   <li>{@code a}: at most {@value #LETTERS} of {@code A-Z a-z 0-9 _ -}, in six bits each.
 *   <li>{@code b}: at most {@value #BYTES} bytes of UTF-8.
 * </ul>
 *
 * Each has one form, and each form at most one id. No state.
 */
final class ShortNames {
  static final int DIGITS = 42;
  private static final int LETTERS = 36;
  private static final int BYTES = 26;
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  private static final int LETTER_BITS = 6;
  private static final int BASE = 36;

  private ShortNames() {}

  /** The letter and the digits; empty where an id is too long for them, or has no bytes. */
  static Optional<String> encode(String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    if (name.length() <= LETTERS && name.chars().allMatch(c -> ALPHABET.indexOf(c) >= 0)) {
      StringBuilder octal = new StringBuilder("1"); // Before the first letter, which may be zero.
      name.chars().map(ALPHABET::indexOf).forEach(bits -> octal.append(bits / 8).append(bits % 8));
      return Optional.of("a" + digits(new BigInteger(octal.toString(), 8)));
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    boolean fits = bytes.length <= BYTES && new String(bytes, StandardCharsets.UTF_8).equals(name);
    return fits
        ? Optional.of("b" + digits(BigInteger.ONE.shiftLeft(8 * bytes.length).or(of(bytes))))
        : Optional.empty();
  }

  /** The conversation id that a letter and digits are; empty where they are none. */
  static Optional<String> decode(String form) {
    BigInteger number = new BigInteger(form.substring(1), BASE);
    int bits = number.bitLength() - 1;
    Optional<String> name =
        bits < 1
            ? Optional.empty()
            : form.charAt(0) == 'a' ? letters(number, bits) : text(number.clearBit(bits), bits);
    return name.filter(each -> encode(each).equals(Optional.of(form)));
  }

  private static Optional<String> letters(BigInteger number, int bits) {
    StringBuilder name = new StringBuilder();
    for (int at = bits - LETTER_BITS; at >= 0; at -= LETTER_BITS) {
      int letter = number.shiftRight(at).intValue() & ((1 << LETTER_BITS) - 1);
      name.append(ALPHABET.charAt(letter));
    }
    return Optional.of(name.toString());
  }

  private static Optional<String> text(BigInteger number, int bits) {
    byte[] bytes = new byte[bits / 8];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = number.shiftRight(8 * (bytes.length - 1 - i)).byteValue();
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static BigInteger of(byte[] bytes) {
    return new BigInteger(1, bytes);
  }

  private static String digits(BigInteger number) {
    String digits = number.toString(BASE);
    return "0".repeat(DIGITS - digits.length()) + digits;
  }
}
