package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Owner;
import dev.helix.session.SessionFilter;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of last use says whose sessions are, and is mended where it says something else. */
class FolderOwnerListTest {
  private static final Owner ANN = new Owner("acme", "ann");
  private static final Owner BOB = new Owner("acme", "bob");
  private static final List<String> ANNS = List.of("s9", "s6", "s3", "s0");
  private static final List<String> BOBS = List.of("s8", "s7", "s5", "s4", "s2", "s1");

  @TempDir Path directory;

  private Path recent() {
    return directory.resolve(".recent");
  }

  @BeforeEach
  void store() {
    try (SessionStore store = FileSessionStore.open(directory)) {
      for (int i = 0; i < 10; i++) {
        store.append(
            state("s" + i, "c" + i)
                .withOwner(i % 3 == 0 ? ANN : BOB)
                .withUpdatedAt(NOW.plusSeconds(i)),
            LogVersion.NONE,
            List.of(),
            null);
      }
    }
  }

  private static List<String> names(SessionStore store, Owner owner) {
    return store.list(SessionFilter.of(owner), null, 50).stream()
        .map(each -> each.state().sessionId().value())
        .toList();
  }

  private static void assertListed(SessionStore store) {
    assertEquals(ANNS, names(store, ANN));
    assertEquals(BOBS, names(store, BOB));
    assertEquals(List.of(), names(store, Owner.ANONYMOUS));
    assertEquals(ANNS.size(), store.count(SessionFilter.of(ANN)));
    assertEquals(10, store.count(SessionFilter.ALL));
  }

  private void assertListed() {
    try (SessionStore store = FileSessionStore.open(directory);
        SessionStore look = FileSessionStore.openToRead(directory)) {
      assertListed(store);
      assertListed(look);
    }
    assertListed(FileSessionStore.openToRead(directory));
  }

  private String clean(String form) throws IOException {
    long changed = Files.getLastModifiedTime(directory).to(TimeUnit.NANOSECONDS);
    return form + "clean " + changed + "\n";
  }

  private void write(String file, String text) throws IOException {
    Files.write(recent().resolve(file), text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String lines(IntStream numbers, String owner) {
    StringBuilder lines = new StringBuilder();
    numbers.forEach(
        i ->
            lines
                .append(TimeUnit.SECONDS.toMicros(NOW.plusSeconds(i).getEpochSecond()) + 123456)
                .append(" s")
                .append(i)
                .append(owner)
                .append('\n'));
    return lines.toString();
  }

  @Test
  void orderThatAnEarlierVersionLeft_isMadeAnew() throws IOException {
    write("sorted", lines(IntStream.iterate(9, i -> i >= 0, i -> i - 1), ""));
    write("log", lines(IntStream.of(3, 9), ""));
    write("mark", clean(""));
    assertListed();
    assertTrue(Files.readString(recent().resolve("mark")).startsWith("2 clean "));
    assertListed();
  }

  @Test
  void orderThatIsGoneOrTorn_isMadeAnew() throws IOException {
    for (String file : List.of("mark", "sorted")) {
      Files.delete(recent().resolve(file));
      assertListed();
    }
    byte[] sorted = lines(IntStream.of(9, 8), " -").getBytes(StandardCharsets.ISO_8859_1);
    for (int length = 0; length < sorted.length; length += 7) {
      Files.write(recent().resolve("log"), java.util.Arrays.copyOf(sorted, length));
      write("mark", "2 in use\n"); // As a server leaves it that was killed.
      assertListed();
    }
  }

  @Test
  void linesOfAnotherOwner_areListedForNobody_andSetRightWhenTheyAreMet() throws IOException {
    write("sorted", "");
    write(
        "log",
        lines(IntStream.of(9, 6, 3), " " + ANN.key())
            + lines(IntStream.of(8, 7, 5, 4, 2, 1), " " + BOB.key())
            + lines(IntStream.of(0), " " + BOB.key()));
    write("mark", clean("2 "));
    try (SessionStore store = FileSessionStore.open(directory)) {
      assertEquals(ANNS.subList(0, 3), names(store, ANN));
      assertEquals(BOBS, names(store, BOB), "which meets the wrong one");
      assertListed(store);
    }
    assertListed();
  }

  @Test
  void sessionThatAnotherProgramTookAway_countsUntilItIsMet() throws IOException {
    try (SessionStore store = FileSessionStore.open(directory)) {
      Path gone = directory.resolve("s3");
      Files.move(gone, Files.createDirectories(directory.resolve(".elsewhere")).resolve("s3"));
      assertEquals(List.of("s9", "s6", "s0"), names(store, ANN));
      assertEquals(3, store.count(SessionFilter.of(ANN)));
      assertTrue(store.find(new SessionId("s3")).isEmpty());
    }
  }
}
