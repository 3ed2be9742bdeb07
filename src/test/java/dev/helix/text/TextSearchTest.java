package dev.helix.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TextSearchTest {
  @Test
  void textIsFoundAtTheBeginning_inTheMiddle_andAtTheEnd() {
    assertTrue(TextSearch.contains("Now: Hello", "Now"));
    assertTrue(TextSearch.contains("Now: Hello", "w: H"));
    assertTrue(TextSearch.contains("Now: Hello", "Hello"));
    assertFalse(TextSearch.contains("Now: Hello", "hello"));
    assertFalse(TextSearch.contains("Hell", "Hello"));
  }

  @Test
  void nothingIsInEveryText() {
    assertTrue(TextSearch.contains("", ""));
    assertTrue(TextSearch.contains("a", ""));
    assertFalse(TextSearch.contains("", "a"));
  }

  @Test
  void textsOfFewLetters_areFoundAsTheLibraryFindsThem() {
    Random random = new Random(2026);
    for (int i = 0; i < 20_000; i++) {
      String text = letters(random, random.nextInt(30));
      String part = letters(random, 1 + random.nextInt(6));
      assertEquals(text.contains(part), TextSearch.contains(text, part), text + ", " + part);
    }
  }

  private static String letters(Random random, int length) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < length; i++) {
      letters.append((char) ('a' + random.nextInt(2)));
    }
    return letters.toString();
  }
}
