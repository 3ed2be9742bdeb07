package dev.helix.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteSearchTest {
  /** Bytes one above and one below those looked for, and with the high bit, are what misleads. */
  private static final byte[] ALPHABET = {9, 10, 11, 12, 13, 14, 0, -1, -118, -115, 127, -128};

  @Test
  void indexOf_isThatOfTheFirst_whereverItIsAndWhateverIsAround() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = ALPHABET[random.nextInt(ALPHABET.length)];
      }
      int from = random.nextInt(bytes.length + 1);
      int end = from + random.nextInt(bytes.length - from + 1);
      byte one = ALPHABET[random.nextInt(ALPHABET.length)];
      byte other = ALPHABET[random.nextInt(ALPHABET.length)];
      int expected = from;
      while (expected < end && bytes[expected] != one && bytes[expected] != other) {
        expected++;
      }
      assertEquals(expected, ByteSearch.indexOf(one, other, bytes, from, end), "round " + round);
    }
  }
}
