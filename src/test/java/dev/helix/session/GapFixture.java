package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;

/** Talks with ids, of which histories lack something. */
abstract class GapFixture extends PlacingTest {
  private final List<String> said = new ArrayList<>();

  /** Turns with the ids u1, a1, u2 and so on. */
  void talk(String... questions) {
    for (int i = 1; i <= questions.length; i++) {
      said.add("user: " + questions[i - 1]);
      String parent = i == 1 ? null : "a" + (i - 1);
      turn(ids("u" + i, parent, "a" + i), "A" + i, said.toArray(String[]::new));
      said.add("assistant: A" + i);
    }
  }

  /** What is stored of the turns that were talked of. */
  List<String> stored(String... questions) {
    List<String> stored = new ArrayList<>();
    for (int i = 1; i <= questions.length; i++) {
      stored.add("u" + i + " " + questions[i - 1] + " < " + (i == 1 ? "root" : "a" + (i - 1)));
      stored.add("a" + i + " A" + i + " < u" + i);
    }
    return stored;
  }

  List<String> behind(String... questions) {
    assertEquals(stored(questions), named().subList(0, 2 * questions.length));
    return named().subList(2 * questions.length, named().size());
  }
}
