package dev.helix.operator;

import static dev.helix.operator.Copies.ANN;
import static dev.helix.operator.Copies.run;
import static dev.helix.operator.Copies.say;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.archive.Archive;
import dev.helix.operator.Copies.Said;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions are copied from store to store. */
class CopyCommandTest {
  @TempDir Path folder;

  private Said copy(String from, String to) throws IOException {
    return run(
        "copy", "--from", "files:" + folder.resolve(from), "--to", "files:" + folder.resolve(to));
  }

  private SessionManager open(String name) {
    return new SessionManager(store(name), Clock.systemUTC());
  }

  private SessionStore store(String name) {
    return Copies.store(folder.resolve(name));
  }

  private void fill(String name) throws IOException {
    Copies.fill(folder.resolve(name));
  }

  /** Every file of the sessions, by its path, but the second states, which each store makes. */
  private Map<String, byte[]> files(String name) throws IOException {
    Path root = folder.resolve(name);
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String path = root.relativize(file).toString();
        if (path.startsWith("conv-") && !path.endsWith("/input/.status.json")) {
          files.put(path, Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  @Test
  void everySession_isCopied_andTheDigestsAreTheSame() throws IOException {
    fill("a");
    Said said = copy("a", "b");
    assertEquals(0, said.status(), said.err());
    assertTrue(
        said.out().startsWith("copied 23, there already 0, different 0, failed 0"), said.out());
    assertTrue(said.line("source: ").startsWith("source: 23 sessions, SHA-256 "), said.out());
    assertTrue(said.digest("source: ").matches("[0-9a-f]{64}"), said.out());
    assertEquals(said.digest("source: "), said.digest("target: "));
    Map<String, byte[]> expected = files("a");
    Map<String, byte[]> copied = files("b");
    assertEquals(expected.keySet(), copied.keySet());
    for (String path : List.of("output/söme where/x.bin", "context/why.md", "input/request.md")) {
      assertArrayEquals(expected.get("conv-trip/" + path), copied.get("conv-trip/" + path), path);
    }
    Said onwards = copy("b", "c");
    assertEquals(said.digest("source: "), onwards.digest("target: "));
  }

  @Test
  void ownersFindTheirSessions_inTheCopy() throws IOException {
    fill("a");
    assertEquals(0, copy("a", "b").status());
    try (SessionManager a = open("a");
        SessionManager b = open("b")) {
      SessionState mine = b.getOrCreateSession(ANN, null, "trip");
      assertEquals(a.getOrCreateSession(ANN, null, "trip"), mine);
      assertEquals("mine", b.transcript(mine.sessionId()).messages().get(0).text());
    }
  }

  @Test
  void repeatedCopy_goesOn_andPassesOverWhatIsThere() throws IOException {
    fill("a");
    assertEquals(0, copy("a", "b").status());
    try (SessionManager b = open("b")) {
      b.list(5).forEach(state -> assertTrue(b.delete(state.sessionId())));
    }
    Said again = copy("a", "b");
    assertEquals(0, again.status(), again.err());
    assertTrue(
        again.out().startsWith("copied 5, there already 18, different 0, failed 0"), again.out());
    assertTrue(copy("a", "b").out().startsWith("copied 0, there already 23"));
  }

  @Test
  void whatIsDifferentInTheTarget_isNamed_andStaysThere() throws IOException {
    fill("a");
    assertEquals(0, copy("a", "b").status());
    try (SessionManager a = open("a");
        SessionManager b = open("b")) {
      say(a, Owner.ANONYMOUS, "n3", "more");
      b.saveContext(b.getOrCreateSession(null, "n4").sessionId(), "why", "theirs");
    }
    Map<String, byte[]> before = files("b");
    Said said = copy("a", "b");
    assertEquals(1, said.status());
    assertTrue(
        said.out().startsWith("copied 0, there already 21, different 2, failed 0"), said.out());
    assertTrue(
        said.err()
            .contains(
                "conv-n3 is different in the target, and stays as it is there: context/messages.json, status.json"),
        said.err());
    assertTrue(said.err().contains("conv-n4 is different"), said.err());
    assertTrue(said.err().contains(": context/why.md"), said.err());
    assertFalse(said.digest("source: ").equals(said.digest("target: ")));
    Map<String, byte[]> after = files("b");
    before.forEach((path, content) -> assertArrayEquals(content, after.get(path), path));
  }

  @Test
  void aliases_areCopiedToo_andReplaceNone() throws IOException {
    SessionId session = new SessionId("conv-a");
    String copied = "a".repeat(32);
    String there = "b".repeat(32);
    fill("a");
    try (SessionStore a = store("a");
        SessionStore b = store("b")) {
      a.aliases().save(copied, session);
      a.aliases().save(there, session);
      b.aliases().save(there, new SessionId("conv-b"));
    }
    assertEquals(0, copy("a", "b").status());
    try (SessionStore b = store("b")) {
      assertEquals(Optional.of(session), b.aliases().find(copied));
      assertEquals(Optional.of(new SessionId("conv-b")), b.aliases().find(there));
    }
  }

  @Test
  void anotherOwnersSecret_isARefusal_andNothingIsCopied() throws IOException {
    fill("a");
    try (SessionStore b = store("b")) {
      assertEquals(32, b.ownerSecret().length);
    }
    Said said = copy("a", "b");
    assertEquals(1, said.status());
    assertTrue(said.err().contains("owners' secret already, another one"), said.err());
    assertEquals(Map.of(), files("b"));
  }

  @Test
  void anotherOwnersSecret_isNoMatter_whereNobodyHasAnOwner() throws IOException {
    try (SessionManager a = open("a")) {
      say(a, Owner.ANONYMOUS, "trip", "one");
      assertEquals(ANN, a.getOrCreateSession(ANN, null, "asked for only").owner());
    }
    byte[] theirs;
    try (SessionStore b = store("b")) {
      theirs = b.ownerSecret();
    }
    Said said = copy("a", "b");
    assertEquals(0, said.status(), said.err());
    try (SessionStore b = store("b")) {
      assertArrayEquals(theirs, b.ownerSecret());
    }
  }

  @Test
  void sourceInUse_isCopiedAsItStands_andTheTargetMustNotBe() throws IOException {
    try (SessionManager a = open("a")) {
      say(a, Owner.ANONYMOUS, "trip", "one");
      Said said = copy("a", "b");
      assertTrue(said.out().startsWith("copied 1, "), said.out() + said.err());
      assertTrue(said.err().contains("stop the servers"), said.err());
      Said taken = copy("b", "a");
      assertEquals(1, taken.status());
      assertEquals("", taken.out());
    }
  }

  @Test
  void sessionThatCannotBeRead_isNamed_andTheOthersAreCopied() throws IOException {
    fill("a");
    Files.writeString(folder.resolve("a/conv-n3/status.json"), "{");
    Files.writeString(folder.resolve("a/conv-n3/input/.status.json"), "{");
    Files.writeString(folder.resolve("a/conv-n3/context/messages.json"), "[]");
    Files.createDirectories(folder.resolve("a/not-a-session"));
    Said said = copy("a", "b");
    assertEquals(1, said.status());
    assertTrue(
        said.out().startsWith("copied 22, there already 0, different 0, failed 1"), said.out());
    assertTrue(said.err().contains("conv-n3 was not copied: "), said.err());
    assertTrue(said.err().contains("unreadable"), said.err());
  }

  @Test
  void messagesThatAreNoArray_areNamed_andAreNoEmptyTranscriptInTheTarget() throws IOException {
    fill("a");
    Path messages = folder.resolve("a/conv-n3/context/messages.json");
    Files.writeString(messages, "x");
    Files.delete(folder.resolve("a/conv-n4/context/messages.json"));
    Said said = copy("a", "b");
    assertEquals(1, said.status(), said.err());
    assertTrue(
        said.out().startsWith("copied 22, there already 0, different 0, failed 1\n"), said.out());
    assertTrue(said.err().contains("conv-n3 was not copied: " + messages), said.err());
    assertFalse(Files.exists(folder.resolve("b/conv-n3")), "nothing is made of it");
    assertTrue(Files.exists(folder.resolve("b/conv-n4")), "what is absent is empty");
    assertEquals("x", Files.readString(messages));
  }

  @Test
  void sessionThatTheTargetHasArchived_isNamed_andIsNotMadeAnewOfTheSources() throws IOException {
    fill("a");
    assertEquals(0, copy("a", "b").status());
    try (SessionManager b =
        new SessionManager(
            new Archive(folder.resolve("b/_archive"), Clock.systemUTC()).before(store("b")),
            Clock.offset(Clock.systemUTC(), Duration.ofDays(1)))) {
      SessionId id = say(b, Owner.ANONYMOUS, "n3", "more").sessionId();
      assertFalse(b.archive(id), "it is in use");
    }
    SessionId id = new SessionId("conv-n3");
    try (SessionManager b =
        new SessionManager(
            new Archive(folder.resolve("b/_archive"), Clock.systemUTC()).before(store("b")),
            Clock.offset(Clock.systemUTC(), Duration.ofDays(2)))) {
      assertTrue(b.archive(id));
    }
    Said said = copy("a", "b");
    assertEquals(1, said.status(), said.err());
    assertTrue(
        said.out()
            .startsWith(
                "copied 0, there already 22, different 0, failed 0, archived in the target 1\n"),
        said.out());
    assertTrue(
        said.err().contains("conv-n3 is archived in the target, and stays as it is there"),
        said.err());
    assertTrue(said.line("source: ").startsWith("source: 23 sessions"), said.out());
    assertTrue(said.line("target: ").startsWith("target: 22 sessions"), said.out());
    try (SessionStore b = store("b")) {
      assertTrue(b.find(id).isEmpty());
    }
    assertTrue(new Archive(folder.resolve("b/_archive"), Clock.systemUTC()).find(id).isPresent());
  }

  @Test
  void archivedSessions_areSaidToBeFiles() throws IOException {
    Path archive = Files.createDirectories(folder.resolve("a/_archive"));
    Files.writeString(archive.resolve("2026-01_conv-old.zip"), "x");
    Said said = copy("a", "b");
    assertEquals(0, said.status(), said.err());
    assertTrue(
        said.err().contains("1 sessions are archived, which are files: copy them from " + archive),
        said.err());
    assertTrue(said.err().contains(folder.resolve("b/_archive").toString()), said.err());
  }

  @Test
  void commandLinesThatMakeNoSense_haveStatusTwo_andShowNoSecret() throws IOException {
    String a = "files:" + folder.resolve("a");
    String empty = Files.writeString(folder.resolve("empty"), "\n").toString();
    for (List<String> line :
        List.of(
            List.of("copy"),
            List.of("copy", "--from", a),
            List.of("copy", "--to", a),
            List.of("copy", "--from", a, "--to", a),
            List.of("copy", "--from", a, "--to", a + "/../a"),
            List.of("copy", "--from", a, "--to", "files:"),
            List.of("copy", "--from", a, "--to", "/geheim"),
            List.of("copy", "--from", a, "--to", "http://u:geheim@h"),
            List.of("copy", "--from", a, "--to", "rediss://u:geheim@h"),
            List.of("copy", "--from", a, "--to", "jdbc:h2:mem:x;PASSWORD=geheim"),
            List.of("copy", "--from", a, "--to", "redis://h", "--to-password-file", "absent"),
            List.of("copy", "--from", a, "--to", "redis://h", "--to-password-file", empty),
            List.of("copy", "--from", a, "--from-user", "u", "--to", "files:b"),
            List.of("copy", "--from", a, "--to", "files:b", "geheim"))) {
      Said said = run(line.toArray(String[]::new));
      assertEquals(2, said.status(), line + said.err());
      assertFalse(said.err().isBlank() || said.err().contains("geheim"), said.err());
    }
    Said absent = copy("a", "b");
    assertEquals(1, absent.status());
    assertTrue(absent.err().contains("no sessions directory"), absent.err());
    assertFalse(Files.exists(folder.resolve("b")), "nothing is made");
  }
}
