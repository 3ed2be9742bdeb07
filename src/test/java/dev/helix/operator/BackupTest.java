package dev.helix.operator;

import static dev.helix.operator.Copies.ANN;
import static dev.helix.operator.Copies.run;
import static dev.helix.operator.Copies.say;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
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
import dev.helix.store.files.RawFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All sessions go into a backup, and come back out of it. */
class BackupTest {
  @TempDir Path folder;

  private Said command(String name, String sessions, String place) throws IOException {
    return run(name, "--sessions", folder.resolve(sessions).toString(), in(place));
  }

  private String in(String place) {
    return folder.resolve(place).toString();
  }

  private SessionManager open(String name) {
    Archive archive = new Archive(folder.resolve(name).resolve("_archive"), Clock.systemUTC());
    return new SessionManager(
        archive.before(Copies.store(folder.resolve(name))), Clock.systemUTC());
  }

  private static String lastOf(SessionManager sessions, Owner owner, String id) {
    SessionState state = sessions.getOrCreateSession(owner, null, id);
    var messages = sessions.transcript(state.sessionId()).messages();
    return messages.isEmpty() ? null : messages.get(messages.size() - 2).text();
  }

  private void archive(String name, String session) throws IOException {
    try (SessionStore store = Copies.store(folder.resolve(name))) {
      Archive archive = new Archive(folder.resolve(name).resolve("_archive"), Clock.systemUTC());
      SessionStore whole = archive.before(store);
      assertTrue(
          whole.archive(
              new SessionId(session), Clock.systemUTC().instant().plus(Duration.ofHours(1))));
    }
  }

  /** The drill of docs/operating.md: the folder is lost, and what comes back is served. */
  @ParameterizedTest
  @ValueSource(strings = {"backup", "backup.zip"})
  void lostSessions_areBackAfterARestore_archivedOnesToo_andOwnersFindTheirs(String place)
      throws IOException {
    Copies.fill(folder.resolve("a"));
    archive("a", "conv-n7");
    Said made;
    try (SessionManager server = open("a")) {
      made = command("backup", "a", place);
      say(server, Owner.ANONYMOUS, "later", "not in it");
    }
    assertEquals(0, made.status(), made.err());
    assertTrue(
        made.out().startsWith("sessions: new 22, changed 0, the same 0, failed 0; archived: new 1"),
        made.out());

    Said restored = command("restore", "new", place);

    assertEquals(0, restored.status(), restored.out() + restored.err());
    assertTrue(
        restored
            .out()
            .startsWith("restored 22, there already 0, different 0, failed 0, damaged in the"),
        restored.out());
    assertEquals(made.line("SHA-256"), restored.line("SHA-256"));
    try (SessionManager server = open("new")) {
      assertEquals("mine", lastOf(server, ANN, "trip"));
      assertEquals("number 7", lastOf(server, Owner.ANONYMOUS, "n7"));
      assertEquals(null, lastOf(server, Owner.ANONYMOUS, "later"));
      assertEquals("because", server.getContext(new SessionId("conv-trip"), "why").orElseThrow());
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(3, left.count(), "nothing is left beside a zip");
    }
  }

  @Test
  void repeatedBackup_writesWhatHasChanged_andFollowsTheArchive() throws IOException {
    Copies.fill(folder.resolve("a"));
    assertEquals(0, command("backup", "a", "b").status());
    Object untouched = Files.getLastModifiedTime(folder.resolve("b/conv-n1/status.json"));
    archive("a", "conv-n2");
    try (SessionManager server = open("a")) {
      say(server, Owner.ANONYMOUS, "n3", "more");
      say(server, Owner.ANONYMOUS, "fresh", "new");
      server.saveContext(new SessionId("conv-n4"), "why", "changed");
      assertTrue(server.delete(new SessionId("conv-n5")));

      Said said = command("backup", "a", "b");

      assertEquals(0, said.status(), said.err());
      assertTrue(
          said.out()
              .startsWith("sessions: new 1, changed 2, the same 19, failed 0; archived: new 1"),
          said.out());
      assertTrue(said.err().contains("conv-n5 is in the backup only"), said.err());
      assertEquals("number 2", lastOf(server, Owner.ANONYMOUS, "n2"));
      server.saveContext(new SessionId("conv-n2"), "why", "x"); // Which restores it.
    }
    assertEquals(untouched, Files.getLastModifiedTime(folder.resolve("b/conv-n1/status.json")));
    assertFalse(Files.exists(folder.resolve("b/conv-n2")), "it was archived");
    assertEquals(0, command("backup", "a", "b").status());
    assertTrue(Files.exists(folder.resolve("b/conv-n2")), "it was restored");
    try (Stream<Path> zips = Files.list(folder.resolve("b/_archive"))) {
      assertEquals(0, zips.count());
    }
    try (SessionManager backup = open("b")) {
      assertEquals("more", lastOf(backup, Owner.ANONYMOUS, "n3"));
      assertEquals("changed", backup.getContext(new SessionId("conv-n4"), "why").orElseThrow());
    }
  }

  @Test
  void backupAfterAnErasure_hasNoMoreOfItEither() throws IOException {
    Copies.fill(folder.resolve("a"));
    assertEquals(0, command("backup", "a", "b").status());
    assertTrue(RawFiles.in(folder.resolve("b")).contains("number 4"));
    SessionId id = new SessionId("conv-n4");
    try (SessionManager server = open("a")) {
      Set<String> all = new HashSet<>();
      server.transcript(id).messages().forEach(message -> all.add(message.id()));
      assertEquals(all, server.erase(id, all));
      Said said = command("backup", "a", "b");
      assertTrue(said.out().startsWith("sessions: new 0, changed 1,"), said.out());
    }
    assertFalse(RawFiles.in(folder.resolve("b")).contains("number 4"));
    assertFalse(RawFiles.in(folder.resolve("a")).contains("number 4"));
  }

  @Test
  void sessionsOfFiles_thatLookAsBefore_areNotReadAgain() throws IOException {
    Copies.fill(folder.resolve("a"));
    Path file = folder.resolve("a/conv-n1/context/messages.json");
    FileTime before = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    setTimes(before);
    assertEquals(0, command("backup", "a", "b").status());
    byte[] text = Files.readString(file).replace("number 1", "number 9").getBytes(UTF_8);
    Files.write(file, text, StandardOpenOption.WRITE);
    Files.setLastModifiedTime(file, before);
    assertTrue(command("backup", "a", "b").out().contains("new 0, changed 0, the same 23,"));
    Files.setLastModifiedTime(file, FileTime.from(before.toInstant().plusSeconds(1)));
    Said said = command("backup", "a", "b");
    assertTrue(said.out().contains("new 0, changed 1, the same 22,"), said.out());
    assertEquals(said.line("SHA-256"), command("restore", "new", "b").line("SHA-256"));
  }

  private void setTimes(FileTime time) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("a"))) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(each, time);
      }
    }
  }

  @Test
  void damageInABackup_isNamed_andTheRestComesBack() throws IOException {
    Copies.fill(folder.resolve("a"));
    assertEquals(0, command("backup", "a", "b").status());
    Path file = folder.resolve("b/conv-n1/context/messages.json");
    Files.writeString(file, Files.readString(file).replace("number 1", "number 9"));
    Files.writeString(folder.resolve("b/conv-n2/context/messages.json"), "no array");
    Files.delete(folder.resolve("b/conv-n3/status.json"));

    Said said = command("restore", "new", "b");

    assertEquals(1, said.status());
    assertTrue(said.out().contains("restored 21"), said.out());
    assertTrue(said.out().contains("damaged in the backup 3"), said.out());
    for (String damaged : Arrays.asList("n1 was changed", "n2 is missing", "n3 is missing")) {
      assertTrue(said.err().contains("conv-" + damaged), said.err());
    }
  }

  @Test
  void damageInAZip_isARefusal_andNothingIsLeftBeside() throws IOException {
    Copies.fill(folder.resolve("a"));
    assertEquals(0, command("backup", "a", "b.zip").status());
    byte[] zip = Files.readAllBytes(folder.resolve("b.zip"));
    Files.write(folder.resolve("b.zip"), Arrays.copyOf(zip, zip.length / 2));

    assertTrue(command("backup", "a", "b.zip").err().contains("already, which stays"));
    Said said = command("restore", "new", "b.zip");

    assertEquals(1, said.status());
    assertTrue(said.err().contains("b.zip cannot be read"), said.err());
    assertFalse(Files.exists(folder.resolve("new")));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(2, left.count());
    }
  }

  @Test
  void damagedFileInAZip_leavesItsSessionOut_andAllOthersComeBack() throws IOException {
    Copies.fill(folder.resolve("a"));
    archive("a", "conv-n7");
    assertEquals(0, command("backup", "a", "b.zip").status());
    byte[] zip = Files.readAllBytes(folder.resolve("b.zip"));
    for (String damaged : Arrays.asList("conv-n1/context/messages.json", "_archive/")) {
      zip[behind(zip, damaged) + 40] ^= 0x55;
    }
    Files.write(folder.resolve("b.zip"), zip);

    Said said = command("restore", "new", "b.zip");

    assertEquals(1, said.status());
    assertTrue(said.err().contains("conv-n1 is damaged in the zip"), said.err());
    assertTrue(said.err().contains("_conv-n7.zip is damaged in the zip"), said.err());
    assertTrue(said.out().contains("restored 21, "), said.out());
    assertTrue(said.out().contains("damaged in the backup 1"), said.out());
    try (SessionManager server = open("new")) {
      assertEquals("number 2", lastOf(server, Owner.ANONYMOUS, "n2"));
      assertEquals(null, lastOf(server, Owner.ANONYMOUS, "n1"));
    }
  }

  /** Where the first entry ends to be named whose name begins so. */
  private static int behind(byte[] zip, String name) {
    return new String(zip, ISO_8859_1).indexOf(name) + name.length();
  }

  @Test
  void archiveThatIsALink_isNamed_andHidesNoOther() throws IOException {
    Copies.fill(folder.resolve("a"));
    archive("a", "conv-n7");
    archive("a", "conv-n8");
    Path archives = folder.resolve("a/_archive");
    Path zip;
    try (Stream<Path> zips = Files.list(archives)) {
      zip = zips.filter(each -> each.toString().endsWith("conv-n7.zip")).findFirst().orElseThrow();
    }
    Path moved = Files.move(zip, folder.resolve("elsewhere.zip"));
    Files.createSymbolicLink(zip, moved);

    Said said = command("backup", "a", "b");

    assertEquals(1, said.status());
    assertTrue(said.err().contains("conv-n7.zip was not copied"), said.err());
    assertTrue(said.out().contains("archived: new 1"), said.out());
    assertTrue(command("restore", "new", "b").err().contains("The backup is not complete"));
  }

  @Test
  void archivedSessionsOfOwners_doNotGoWhereNobodyWouldFindThem() throws IOException {
    SessionId id;
    try (SessionManager server = open("a")) {
      say(server, ANN, "trip", "mine");
      id = server.list(1).get(0).sessionId();
    }
    archive("a", id.value());
    assertEquals(0, command("backup", "a", "b").status());
    try (SessionManager server = open("other")) {
      say(server, ANN, "walk", "another secret");
    }
    Said said = command("restore", "other", "b");
    assertEquals(1, said.status());
    assertTrue(said.err().contains("Nothing is copied"), said.err());
    assertFalse(Files.exists(folder.resolve("other/_archive")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"b", "b.zip"})
  void backupThatIsNotWhole_saysSoWhenItIsRestored(String place) throws IOException {
    Copies.fill(folder.resolve("a"));
    Files.writeString(folder.resolve("a/conv-n2/context/messages.json"), "no array");
    Said made = command("backup", "a", place);
    assertEquals(1, made.status());
    assertTrue(made.err().contains("conv-n2 was not copied"), made.err());

    Said said = command("restore", "new", place);

    assertEquals(1, said.status());
    assertTrue(said.err().contains("The backup is not complete"), said.err());
    assertTrue(said.out().contains("restored 22"), said.out());
  }

  @Test
  void sessionThatCannotBeReadAnyMore_staysInTheBackup_asItWas() throws IOException {
    Copies.fill(folder.resolve("a"));
    assertEquals(0, command("backup", "a", "b").status());
    Files.writeString(folder.resolve("a/conv-n2/context/messages.json"), "no array");
    assertEquals(1, command("backup", "a", "b").status());
    try (SessionManager backup = open("b")) {
      assertEquals("number 2", lastOf(backup, Owner.ANONYMOUS, "n2"));
    }
  }

  @Test
  void restore_replacesNothing() throws IOException {
    Copies.fill(folder.resolve("a"));
    assertEquals(0, command("backup", "a", "b").status());
    try (SessionManager server = open("a")) {
      say(server, Owner.ANONYMOUS, "n3", "more");
      assertTrue(server.delete(new SessionId("conv-n5")));
    }
    Said said = command("restore", "a", "b");
    assertEquals(1, said.status());
    assertTrue(said.out().startsWith("restored 1, there already 21, different 1"), said.out());
    try (SessionManager server = open("a")) {
      assertEquals("more", lastOf(server, Owner.ANONYMOUS, "n3"));
      assertEquals("number 5", lastOf(server, Owner.ANONYMOUS, "n5"));
    }
  }

  @Test
  void foldersThatAreNoBackup_areRefused() throws IOException {
    Copies.fill(folder.resolve("a"));
    Files.createDirectories(folder.resolve("home/documents"));
    Said full = command("backup", "a", "home");
    assertEquals(1, full.status());
    assertTrue(full.err().contains("is no backup, and not empty"), full.err());
    assertEquals(2, command("backup", "a", "a/backup").status());
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("a"));
    assertEquals(2, command("backup", "a", "link/backup").status());
    assertEquals(2, command("backup", "link", "a/backup").status());
    assertEquals(1, command("restore", "new", "home").status());
    assertEquals(1, command("restore", "new", "missing.zip").status());
    assertFalse(Files.exists(folder.resolve("new")));
  }

  @Test
  void restoreIntoAFolderThatAServerUses_isRefused() throws IOException {
    Copies.fill(folder.resolve("a"));
    assertEquals(0, command("backup", "a", "b").status());
    try (SessionManager server = open("c")) {
      Said said = command("restore", "c", "b");
      assertEquals(1, said.status());
      assertTrue(said.err().contains("another server uses"), said.err());
    }
  }
}
