package dev.helix.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.scripted.LoggedLines;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who sends wrong keys again and again. */
class GuessesTest extends AuthenticationCases {
  private final Guesses guesses = new Guesses(clock);

  private List<Long> seconds(String address, int count) {
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> guesses.wrong(address).toSeconds())
        .distinct()
        .toList();
  }

  @Test
  void firstTenOfAMinute_areAnsweredAtOnce_andTheOthersEverLater() {
    assertEquals(List.of(0L), seconds("203.0.113.9", 10));
    assertEquals(List.of(1L), seconds("203.0.113.9", 10));
    assertEquals(List.of(0L), seconds("203.0.113.10", 10));
    assertEquals(List.of(2L, 4L, 8L), seconds("203.0.113.9", 1000));
    clock.move(Duration.ofSeconds(60));
    assertEquals(List.of(0L), seconds("203.0.113.9", 10));
    clock.move(Duration.ofHours(-1));
    assertEquals(List.of(0L), seconds("203.0.113.9", 10));
  }

  @Test
  void addressesOfOneNetwork_andTextsThatAreNone_countTogether() {
    for (int i = 1; i <= 10; i++) {
      assertEquals(List.of(0L), seconds("2001:db8:0:1::" + i, 1));
    }
    assertEquals(List.of(1L), seconds("[2001:db8:0:1:ffff::1]", 1));
    assertEquals(List.of(0L), seconds("2001:db8:0:2::1", 1));
    for (String odd : new String[] {"a\nb", null, "", "x".repeat(9999), "fe80::1%eth0", ":::"}) {
      guesses.wrong(odd);
    }
    assertEquals(List.of(0L), seconds("unknown", 4));
    assertEquals(List.of(1L), seconds("evil\r\nline", 1));
  }

  @Test
  void manyAddresses_takeNoMoreMemory() {
    for (int i = 0; i < 1_000; i++) {
      assertEquals(Duration.ZERO, guesses.wrong("10.0." + i / 250 + "." + i % 250));
    }
    assertEquals(List.of(0L), seconds("10.9.9.9", 1));
    assertEquals(List.of(0L, 1L), seconds("10.9.9.8", 10));
    assertEquals(List.of(0L), seconds("10.0.0.0", 9));
  }

  @Test
  void logHasOneLineForAMinute() {
    try (LoggedLines log = LoggedLines.of(Guesses.class.getName())) {
      seconds("203.0.113.9", 500);
      seconds("203.0.113.10", 2);
      guesses.report();
      assertEquals(List.of(), log.all());
      clock.move(Duration.ofMinutes(1));
      guesses.report();
      guesses.report();
      assertEquals(
          List.of(
              "502 requests with a wrong key or token in a minute, from 2 addresses, 500 of them"
                  + " from 203.0.113.9"),
          log.warnings());
      seconds("203.0.113.9", 1);
      guesses.flush();
      assertEquals(1, log.all().size(), "a slip of the hand is nothing");
    }
  }

  @Test
  void wrongKeysWait_andRightOnesDoNot() throws Exception {
    try (TestServer server = server(settings(true, false, false))) {
      for (int i = 0; i < 20; i++) {
        assertRefused(401, "invalid_api_key", server.send(RawHttp.get("/v1/models")));
      }
      long begin = System.nanoTime();
      for (int i = 0; i < 10; i++) {
        assertRefused(401, "invalid_api_key", server.send(chat("wrong-" + i)));
      }
      long free = System.nanoTime() - begin;
      RawHttp.Response late = server.send(chat("wrong"));
      long waited = System.nanoTime() - begin - free;
      assertRefused(401, "invalid_api_key", late);
      assertEquals("Bearer", late.header("WWW-Authenticate"));
      assertTrue(waited >= 1_000_000_000, waited + " ns");
      begin = System.nanoTime();
      assertOwner("acme|null", server.send(chat("key-acme")));
      assertFalse(System.nanoTime() - begin >= 1_000_000_000, "a key waits for nothing");
    }
  }

  @Test
  void wrongTokensWaitToo() throws Exception {
    try (TestServer server = server(settings(false, true, false))) {
      for (int i = 0; i < 10; i++) {
        assertRefused(401, "invalid_user_token", server.send(chat().header(JWT, "x" + i)));
      }
      long begin = System.nanoTime();
      assertRefused(401, "invalid_user_token", server.send(chat().header(JWT, "x")));
      assertTrue(System.nanoTime() - begin >= 1_000_000_000);
    }
  }
}
