package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of a log is read for a response of a conversation that is known. */
class FarResponsesTest extends ResponseFixture {
  private static final int TURNS = 60;
  private static final String TEXT = "word ".repeat(800);

  /** With how many hundredths of the log are read at most, the looks at its end included. */
  @ParameterizedTest
  @CsvSource({"60, 30", "55, 40", "30, 95", "2, 125"})
  void noMoreIsRead_thanStandsBehindIt_alsoWhereAllWasJustSent(int number, int most) {
    for (int i = 1; i <= TURNS; i++) {
      response(i, i == 1 ? null : node(i - 1), "A" + i + TEXT, "user: Q" + i);
    }
    List<Integer> asked = new ArrayList<>();
    CountedReads counted =
        new CountedReads(
            sessions.store(),
            bytes -> {
              asked.add(bytes);
              return bytes;
            });
    SessionManager manager = new SessionManager(counted.store(), new SteppingClock());
    SessionId id = manager.getOrCreateSession(null, "c").sessionId();
    try (SessionLook look = manager.look(id)) {
      assertEquals(2 * TURNS, look.path(node(TURNS)).messages().size());
    }
    asked.clear();
    int unused = counted.whole();

    StoredAnswer found = manager.answer(id, end(number)).orElseThrow();
    assertEquals("A" + number + TEXT, found.message().text());
    assertEquals(0, counted.whole());
    long log = (long) TURNS * TEXT.length();
    long read = asked.stream().mapToLong(bytes -> Math.min(bytes, log)).sum();
    assertTrue(100 * read <= most * log, read + " of " + log);
  }
}
