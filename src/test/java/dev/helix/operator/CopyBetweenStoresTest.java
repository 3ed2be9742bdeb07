package dev.helix.operator;

import static dev.helix.operator.Copies.ANN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.operator.Copies.Said;
import dev.helix.reliability.CountedTests;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.RedisServer;
import dev.helix.servers.SharedServers;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Sessions come through real stores of every kind as they were. */
@ExtendWith({SharedServers.class, CountedTests.class})
class CopyBetweenStoresTest {
  private final PostgresServer postgres;

  @TempDir Path folder;

  CopyBetweenStoresTest(PostgresServer postgres) {
    this.postgres = postgres;
  }

  private String postgres() {
    return postgres.url(postgres.newDatabase());
  }

  /** The arguments for one of the two stores. */
  private Stream<String> store(String which, String address) throws IOException {
    if (!address.startsWith("jdbc:postgresql:")) {
      return Stream.of(which, address);
    }
    Path password = Files.writeString(folder.resolve("password"), postgres.password() + "\n");
    return Stream.of(
        which,
        address,
        which + "-user",
        postgres.user(),
        which + "-password-file",
        password.toString());
  }

  private Said copy(String from, String to) throws IOException {
    Stream<String> both = Stream.concat(store("--from", from), store("--to", to));
    return Copies.run(Stream.concat(Stream.of("copy"), both).toArray(String[]::new));
  }

  /** Copies along the way, whose sessions come to the same everywhere. */
  private void along(List<String> way) throws IOException {
    String digest = null;
    for (int i = 1; i < way.size(); i++) {
      Said said = copy(way.get(i - 1), way.get(i));
      assertEquals(0, said.status(), said.err() + said.out());
      assertTrue(said.out().startsWith("copied 23, there already 0,"), said.out());
      assertEquals(said.digest("source: "), said.digest("target: "));
      assertTrue(digest == null || digest.equals(said.digest("target: ")), "hop " + i);
      digest = said.digest("target: ");
      assertFalse((said.err() + said.out()).contains(postgres.password()), said.err());
      Said again = copy(way.get(i - 1), way.get(i));
      assertEquals(0, again.status(), again.err());
      assertTrue(again.out().startsWith("copied 0, there already 23,"), again.out());
    }
  }

  private void assertCameThrough(Path there) throws IOException {
    Path here = folder.resolve("a");
    for (String file :
        List.of(
            "conv-trip/output/söme where/x.bin",
            "conv-trip/context/why.md",
            "conv-trip/input/request.md")) {
      assertArrayEquals(
          Files.readAllBytes(here.resolve(file)), Files.readAllBytes(there.resolve(file)), file);
    }
    try (SessionManager before = new SessionManager(Copies.store(here), Clock.systemUTC());
        SessionManager after = new SessionManager(Copies.store(there), Clock.systemUTC())) {
      SessionState mine = after.getOrCreateSession(ANN, null, "trip");
      assertEquals(before.getOrCreateSession(ANN, null, "trip"), mine);
      assertEquals("mine", after.transcript(mine.sessionId()).messages().get(0).text());
      assertEquals(before.list(100), after.list(100));
    }
  }

  @Test
  void filesThroughDatabases_areFilesAgain() throws IOException {
    Copies.fill(folder.resolve("a"));
    along(
        List.of(
            "files:" + folder.resolve("a"),
            postgres(),
            "jdbc:h2:file:" + folder.resolve("h2").toAbsolutePath(),
            postgres(),
            "files:" + folder.resolve("b")));
    assertCameThrough(folder.resolve("b"));
  }

  @Test
  void filesThroughRedis_areFilesAgain() throws IOException {
    Copies.fill(folder.resolve("a"));
    try (RedisServer redis = RedisServer.start()) {
      along(
          List.of(
              "files:" + folder.resolve("a"),
              redis.url(),
              postgres(),
              "files:" + folder.resolve("b")));
    }
    assertCameThrough(folder.resolve("b"));
  }
}
