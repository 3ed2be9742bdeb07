package dev.helix.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that an owner takes along. */
class OwnerSealsTest {
  private static final Owner ADA = new Owner("t", "ada");
  private static final OwnerSeals SEALS = seals("summary", 1);

  private static OwnerSeals seals(String purpose, int secret) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) secret);
    return new OwnerSeals(purpose, bytes::clone);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "Zürich, 東京, \uD83D\uDE00", "\u0000\n\""})
  void whatIsSealed_isOpened_alsoByAnotherServerOfTheStore(String text) {
    assertEquals(Optional.of(text), SEALS.open(ADA, SEALS.seal(ADA, text)));
    assertEquals(Optional.of(text), seals("summary", 1).open(ADA, SEALS.seal(ADA, text)));
  }

  @Test
  void aLongText_isSealedToo() {
    String text = "x".repeat(1 << 20);
    assertEquals(Optional.of(text), SEALS.open(ADA, SEALS.seal(ADA, text)));
  }

  @Test
  void theSameText_isSealedDifferentlyEachTime_andNotSeen() {
    String sealed = SEALS.seal(ADA, "zanzibar");
    assertNotEquals(sealed, SEALS.seal(ADA, "zanzibar"));
    byte[] bytes = Base64.getUrlDecoder().decode(sealed);
    assertFalse(new String(bytes, ISO_8859_1).contains("zanz"));
  }

  @Test
  void aTextMayBeSealedAlike_byAllServersOfTheStore_andTellsNothingOfOthers() {
    String sealed = SEALS.sealAlike(ADA, "zanzibar");
    assertEquals(sealed, seals("summary", 1).sealAlike(ADA, "zanzibar"));
    assertEquals(Optional.of("zanzibar"), SEALS.open(ADA, sealed));
    for (String other :
        List.of(
            SEALS.sealAlike(ADA, "zanzibas"),
            SEALS.sealAlike(new Owner("t", "bob"), "zanzibar"),
            SEALS.of("other").sealAlike(ADA, "zanzibar"),
            seals("summary", 2).sealAlike(ADA, "zanzibar"))) {
      assertNotEquals(sealed.substring(0, 18), other.substring(0, 18));
    }
  }

  @Test
  void sealsOfAnotherPurpose_haveTheSameSecret_andOpenNothingOfThese() {
    OwnerSeals others = SEALS.of("other");
    others.prepare();
    assertEquals(Optional.of("a"), seals("other", 1).open(ADA, others.seal(ADA, "a")));
    assertEquals(Optional.empty(), SEALS.open(ADA, others.seal(ADA, "a")));
  }

  @Test
  void nobodyElse_opensIt() {
    String sealed = SEALS.seal(ADA, "secret");
    for (Owner other :
        List.of(
            Owner.ANONYMOUS,
            new Owner("t", null),
            new Owner(null, "ada"),
            new Owner("t", "bob"),
            new Owner("tada", null),
            new Owner("ta", "da"))) {
      assertEquals(Optional.empty(), SEALS.open(other, sealed), other::toString);
    }
    assertEquals(Optional.empty(), seals("summary", 2).open(ADA, sealed), "another store");
    assertEquals(Optional.empty(), seals("other", 1).open(ADA, sealed), "another purpose");
  }

  @Test
  void whatWasChanged_isNotOpened_whereverItWas() {
    byte[] sealed = Base64.getUrlDecoder().decode(SEALS.seal(ADA, "secret"));
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertEquals(Optional.empty(), SEALS.open(ADA, text(changed)), "byte " + i);
      assertEquals(Optional.empty(), SEALS.open(ADA, text(Arrays.copyOf(sealed, i))), "cut " + i);
    }
  }

  private static String text(byte[] sealed) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "gAAAAABk", "not base64!", "Zürich"})
  void whatWasNeverSealed_isNotOpened(String text) {
    assertEquals(Optional.empty(), SEALS.open(ADA, text));
  }

  @Test
  void aSecretThatCannotBeHad_isTold() {
    OwnerSeals broken =
        new OwnerSeals(
            "summary",
            () -> {
              throw new SessionException("told to fail");
            });
    assertThrows(SessionException.class, () -> broken.seal(ADA, "a"));
    assertThrows(SessionException.class, () -> broken.sealAlike(ADA, "a"));
    assertThrows(SessionException.class, broken::prepare);
    assertThrows(SessionException.class, () -> broken.of("other").prepare());
    assertThrows(SessionException.class, () -> broken.open(ADA, SEALS.seal(ADA, "a")));
  }
}
