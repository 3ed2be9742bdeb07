package dev.helix.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.access.ApiKey;
import dev.helix.archive.Archive;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator's commands, on a real store. */
class OperatorTest {
  @TempDir Path folder;

  /** What a command said, and its exit status. */
  private record Said(int status, String out, String err) {}

  private static Said run(String input, List<String> arguments) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        new Operator(
                arguments,
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8))
            .call();
    return new Said(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  private Said run(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--sessions", sessions().toString()));
    return run("", all);
  }

  private Path sessions() {
    return folder.resolve("sessions");
  }

  private SessionManager open() {
    return new SessionManager(
        SessionStore.open("files", Map.of("helix.sessions.dir", sessions().toString())::get),
        Clock.systemUTC());
  }

  private static SessionState say(SessionManager manager, Owner owner, String id, String text) {
    SessionState session = manager.getOrCreateSession(owner, null, id);
    return manager.completeTurn(
        manager.beginTurn(session, List.of(Message.of("user", text)), HistoryMode.CLIENT),
        List.of(
            new Answer(
                Message.of("assistant", "Sure.\nHere."), "m", "stop", AnswerStatus.COMPLETED)));
  }

  private SessionState say(Owner owner, String id, String text) {
    try (SessionManager manager = open()) {
      return say(manager, owner, id, text);
    }
  }

  @Test
  void hashKey_printsTheLineForTheKeysFile() throws IOException {
    String key = "k7Qm2xVr9TzLw4Yb8NcHd3";
    // printf %s "$key" | sha256sum
    String hash = "69b59295502190269642c876621b898e4e5ae247f8cc6ff2873130f2d2e75595";
    for (String input : List.of(key, key + "\n", key + "\r\n", key + "\nmore\n")) {
      assertEquals(
          new Said(0, "acme:" + hash + System.lineSeparator(), ""),
          run(input, List.of("hash-key", "acme")));
    }
    assertEquals(
        "acme:" + hash + ":service",
        run(key, List.of("hash-key", "--service", "acme")).out().strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "abc",
        "hunter2",
        "password1234",
        "k7Qm2xVr9TzLw4Yb8Nc",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abababababababababababababababab",
        "secretsecretsecretsecretsecretsecret",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "00000000-0000-0000-0000-000000000000",
        "11111111111111111111111111111112"
      })
  void keyThatIsEasilyGuessed_isRefused_andNotShown(String key) throws IOException {
    Said said = run(key, List.of("hash-key", "acme"));
    assertEquals(1, said.status(), said.out());
    assertEquals("", said.out());
    assertTrue(said.err().contains("--new"), said.err());
    assertFalse(said.err().contains(key), said.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "550e8400-e29b-41d4-a716-446655440000",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "sk-proj-Zk3mQ0pXr7Lw2Yb8NcHd",
        "k7Qm2xVr9TzLw4Yb8NcH"
      })
  void keyThatAGeneratorMade_isTaken(String key) throws IOException {
    assertEquals(0, run(key, List.of("hash-key", "acme")).status());
  }

  @Test
  void newKey_isMadeAndToldBesideItsLine() throws IOException {
    Said said = run("", List.of("hash-key", "--new", "acme", "--service"));
    assertEquals(0, said.status(), said.err());
    String key = said.err().strip();
    assertTrue(key.matches("[A-Za-z0-9_-]{43}"), key);
    assertEquals(ApiKey.of("acme", key, true).line(), said.out().strip());
    assertEquals(said.out(), run(key, List.of("hash-key", "acme", "--service")).out());
    assertNotEquals(said, run("", List.of("hash-key", "--new", "acme", "--service")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", " \n", "geheim geheim", " geheim", "geheim\t", "gehüim"})
  void keyThatCannotBeSent_isRefused_andNotShown(String key) throws IOException {
    Said said = run(key, List.of("hash-key", "acme"));
    assertEquals(2, said.status());
    assertEquals("", said.out());
    assertFalse(said.err().contains("geh"), said.err());
  }

  @Test
  void commandLinesThatMakeNoSense_haveStatusTwo() throws IOException {
    for (List<String> line :
        List.of(
            List.of("hash-key"),
            List.of("hash-key", "a b"),
            List.of("hash-key", "a", "b"),
            List.of("hash-key", "a", "--sessions", "x"),
            List.of("list", "x"),
            List.of("list", "--limit", "0"),
            List.of("list", "--limit", "x"),
            List.of("list", "--limit"),
            List.of("list", "--sessions", " "),
            List.of("show"),
            List.of("show", "a", "b"),
            List.of("show", "a", "--all"),
            List.of("delete"),
            List.of("adopt", "conv-a"),
            List.of("adopt", "--owner", "acme"),
            List.of("adopt", "--owner", ":", "conv-a"),
            List.of("adopt", "--owner", "acme:", "conv-a"),
            List.of("adopt", "--owner", "acme", "--all", "conv-a"),
            List.of("fly"))) {
      Said said = run("key", line);
      assertEquals(2, said.status(), line.toString());
      assertEquals("", said.out());
      assertFalse(said.err().isBlank());
    }
  }

  @Test
  void list_hasALineForEachSession_theNewestFirst_alsoBesideAServer() throws IOException {
    try (SessionManager server = open()) {
      say(server, Owner.ANONYMOUS, "old", "Hello");
      SessionState acmes =
          say(server, new Owner("acme", "ann"), "a\tb", "x".repeat(70) + "\u001b[31m");
      say(server, Owner.ANONYMOUS, "newest", "two\nlines \u001b[31m \u202e red");
      Said said = run("list");
      assertEquals(0, said.status(), said.err());
      List<String> lines = said.out().lines().toList();
      assertEquals(3, lines.size());
      String time = "\t\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\t";
      assertTrue(
          lines
              .get(0)
              .matches(
                  "conv-newest" + time + "-\tnewest\ttwo\\\\nlines \\\\u001b\\[31m \\\\u202e red"),
          lines.get(0));
      assertTrue(
          lines
              .get(1)
              .matches(acmes.sessionId() + time + "acme:ann\ta\\\\tb\t" + "x".repeat(60) + "…"),
          lines.get(1));
      assertEquals(1, run("list", "--limit", "1").out().lines().count());
    }
  }

  @Test
  void show_hasTheStateAndTheCurrentPath_alsoBesideAServer() throws IOException {
    try (SessionManager server = open()) {
      say(server, new Owner("acme", null), "trip", "Go \u0007on\nplease");
      String id =
          server.getOrCreateSession(new Owner("acme", null), null, "trip").sessionId().value();
      Said said = run("show", id);
      assertEquals(0, said.status(), said.err());
      for (String part :
          List.of(
              "session       " + id,
              "owner         acme",
              "conversation  trip",
              "status        discussing",
              "\nuser: Go \\u0007on\n  please",
              "\nassistant: Sure.\n  Here.")) {
        assertTrue(said.out().contains(part), said.out());
      }
      for (String absent : List.of("conv-absent", "../x", "a\u001bb")) {
        Said none = run("show", absent);
        assertEquals(1, none.status());
        assertEquals("", none.out());
        assertFalse(none.err().contains("\u001b"));
      }
    }
  }

  @Test
  void messageWithoutText_isShownAsItsJson() throws IOException {
    try (SessionManager server = open()) {
      SessionState session = server.getOrCreateSession(null, "trip");
      Message call =
          Message.parse(
              "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}".getBytes(UTF_8));
      server.completeTurn(
          server.beginTurn(session, List.of(call), HistoryMode.CLIENT),
          List.of(
              new Answer(Message.of("assistant", "A cat."), "m", "stop", AnswerStatus.COMPLETED)));
      String out = run("show", "conv-trip").out();
      assertTrue(out.contains("user: {\"role\":\"user\""), out);
    }
  }

  @Test
  void delete_removesTheSession_andSaysSo() throws IOException {
    say(Owner.ANONYMOUS, "trip", "Hello");
    assertEquals(0, run("delete", "conv-trip").status());
    assertFalse(Files.exists(sessions().resolve("conv-trip")));
    Said again = run("delete", "conv-trip");
    assertEquals(1, again.status());
    assertTrue(again.err().contains("no session conv-trip"), again.err());
  }

  @Test
  void archivedSession_isShownWhereItIs_andAdoptedAndDeletedAsAnyOther() throws IOException {
    say(Owner.ANONYMOUS, "trip", "Hello");
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
    Path folder = sessions().resolve("_archive");
    try (SessionManager manager =
        new SessionManager(
            new Archive(folder, later)
                .before(
                    SessionStore.open(
                        "files", Map.of("helix.sessions.dir", sessions().toString())::get)),
            later)) {
      assertTrue(manager.archive(new SessionId("conv-trip")));
    }
    assertEquals("", run("list").out());
    Said shown = run("show", "conv-trip");
    assertEquals(0, shown.status(), shown.err());
    assertTrue(shown.out().startsWith("session       conv-trip\n"), shown.out());
    assertTrue(shown.out().contains("\narchived in   " + folder), shown.out());
    assertTrue(shown.out().contains("\nuser: Hello\n"), shown.out());
    assertFalse(Files.exists(sessions().resolve("conv-trip")));
    assertEquals("", run("adopt", "--owner", "acme", "--all").out());
    assertEquals(
        "adopted conv-trip for acme\n", run("adopt", "--owner", "acme", "conv-trip").out());
    assertTrue(Files.exists(sessions().resolve("conv-trip")));
    try (SessionManager manager =
        new SessionManager(
            new Archive(folder, later)
                .before(
                    SessionStore.open(
                        "files", Map.of("helix.sessions.dir", sessions().toString())::get)),
            Clock.offset(later, Duration.ofHours(1)))) {
      assertTrue(manager.archive(new SessionId("conv-trip")));
    }
    assertEquals(0, run("delete", "conv-trip").status());
    assertEquals(0, new Archive(folder, later).count());
    assertEquals(1, run("show", "conv-trip").status());
  }

  @Test
  void whileAServerRuns_nothingIsChanged_andItIsSaidWhy() throws IOException {
    try (SessionManager server = open()) {
      say(server, Owner.ANONYMOUS, "trip", "Hello");
      for (Said said :
          List.of(
              run("delete", "conv-trip"),
              run("adopt", "--owner", "acme", "conv-trip"),
              run("adopt", "--owner", "acme", "--all"))) {
        assertEquals(1, said.status());
        assertEquals("", said.out());
        assertTrue(said.err().contains("server to be stopped first"), said.err());
      }
      assertEquals(Owner.ANONYMOUS, server.getOrCreateSession(null, "trip").owner());
    }
  }

  @Test
  void adopt_givesSessionsToAnOwner_eachOrAll() throws IOException {
    say(Owner.ANONYMOUS, "one", "1");
    say(Owner.ANONYMOUS, "two", "2");
    say(Owner.ANONYMOUS, "channel:c", "3");
    say(new Owner("other", null), "theirs", "4");
    assertEquals(
        "adopted conv-one for acme:ann\n",
        run("adopt", "--owner", "acme:ann", "conv-one").out().replace("\r", ""));
    Said again = run("adopt", "--owner", "acme:bob", "conv-one", "conv-absent", "a/b", "conv-two");
    assertEquals(1, again.status());
    assertEquals("adopted conv-two for acme:bob\n", again.out().replace("\r", ""));
    assertEquals(3, again.err().lines().count(), again.err());
    Said all = run("adopt", "--owner", "acme:ann", "--all");
    assertEquals(0, all.status(), all.err());
    assertTrue(all.out().matches("adopted conv-channel-c-\\S+ for acme\\R"), all.out());
    assertEquals("", run("adopt", "--owner", "acme", "--all").out());
    try (SessionManager server = open()) {
      assertEquals(
          "conv-one",
          server.getOrCreateSession(new Owner("acme", "ann"), null, "one").sessionId().value());
    }
  }

  @Test
  void missingDirectory_isAnError_andIsNotMade() throws IOException {
    for (Said said :
        List.of(
            run("list"),
            run("show", "conv-x"),
            run("delete", "conv-x"),
            run("adopt", "--owner", "acme", "--all"))) {
      assertEquals(1, said.status());
      assertTrue(said.err().contains("no sessions directory"), said.err());
    }
    assertFalse(Files.exists(sessions()));
  }

  @Test
  void unreadableSession_isSaidToBeSo() throws IOException {
    say(Owner.ANONYMOUS, "trip", "Hello");
    Path broken = Files.createDirectories(sessions().resolve("conv-broken"));
    Files.writeString(broken.resolve("status.json"), "{");
    assertEquals(1, run("list").out().lines().count());
    Said said = run("show", "conv-broken");
    assertEquals(1, said.status());
    assertTrue(said.err().contains("unreadable"), said.err());
  }
}
