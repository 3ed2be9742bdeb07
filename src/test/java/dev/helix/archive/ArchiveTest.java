package dev.helix.archive;

import static dev.helix.archive.ArchiveFixture.DAY;
import static dev.helix.archive.ArchiveFixture.back;
import static dev.helix.archive.ArchiveFixture.texts;
import static dev.helix.archive.ArchiveFixture.turn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Outcome;
import dev.helix.session.SessionStore.Reading;
import dev.helix.session.Step;
import dev.helix.text.Times;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions go into the archive and come back. */
class ArchiveTest {
  @TempDir Path temporary;
  private ArchiveFixture fixture;
  private SessionManager server;

  @BeforeEach
  void open() {
    fixture = new ArchiveFixture(temporary.resolve("archive"));
    server = fixture.server();
  }

  private Map<String, byte[]> zipped(String name) throws IOException {
    Map<String, byte[]> zipped = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(fixture.folder.resolve(name).toFile(), UTF_8)) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        zipped.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return zipped;
  }

  private static Map<String, byte[]> exported(SessionStore store, SessionId id) throws IOException {
    Map<String, byte[]> exported = new LinkedHashMap<>();
    assertTrue(store.export(id, exported::put));
    return exported;
  }

  @Test
  void archive_hasEverythingOfTheSession_andTheSessionLeavesTheStore() throws IOException {
    SessionId id = fixture.session("conv-a", "output/Grüße 🦊/x y.txt", "ö");
    Map<String, byte[]> before = exported(fixture.store, id);
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    assertEquals(List.of("2026-01_conv-a.zip"), fixture.names());
    Map<String, byte[]> zipped = zipped("2026-01_conv-a.zip");
    List<String> all = new ArrayList<>(before.keySet());
    all.add(".status.json"); // Once more, for when the first is damaged.
    assertEquals(all, List.copyOf(zipped.keySet()));
    assertArrayEquals(before.get("status.json"), zipped.get(".status.json"));
    before.forEach((path, content) -> assertArrayEquals(content, zipped.get(path), path));
    assertFalse(fixture.isStored(id));
    assertEquals(List.of(), server.list(10));
  }

  @Test
  void conversationThatComesBack_isRestored_andGoesOn() throws IOException {
    SessionId id = turn(server, "trip", "one");
    server.saveContext(id, "why", "because");
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    fixture.clock.move(DAY);
    assertEquals(id, turn(server, "trip", "two"));
    assertEquals(List.of("one", "re one", "two", "re two"), texts(server, id));
    assertEquals(Optional.of("because"), server.getContext(id, "why"));
    assertEquals(List.of(), fixture.names());
    assertFalse(server.archive(id), "it is in use");
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    assertEquals(List.of("one", "re one", "two", "re two"), texts(fixture.server(), id));
  }

  @Test
  void restoredSession_isEqualInAllButItsTimeOfUse() throws IOException {
    SessionId id = fixture.session("conv-a", "output/x.bin", "\u0000\r\n");
    Map<String, byte[]> before = exported(fixture.store, id);
    fixture.clock.move(DAY);
    server.archive(id);
    fixture.clock.move(DAY);
    assertEquals(1, back(server, id).size());
    assertEquals(fixture.clock.instant(), server.find(id).orElseThrow().updatedAt());
    Map<String, byte[]> after = exported(fixture.store, id);
    assertEquals(before.keySet(), after.keySet());
    before.keySet().stream()
        .filter(path -> !path.equals("status.json"))
        .forEach(path -> assertArrayEquals(before.get(path), after.get(path), path));
    String expected =
        new String(before.get("status.json"), UTF_8)
            .replaceFirst("(\"updated_at\"\\s*:\\s*\")2026-01-05", "$12026-01-07");
    assertEquals(
        expected.replaceAll("\\s", ""),
        new String(after.get("status.json"), UTF_8).replaceAll("\\s", ""));
  }

  /** What asks for a session. */
  private interface Asking {
    boolean of(SessionStore store, SessionId id) throws IOException;
  }

  @Test
  void whateverOnlyReadsAnArchivedSession_restoresNothing() throws IOException {
    SessionId id = fixture.session("conv-a", "context/why.md", "so");
    Map<String, byte[]> before = exported(fixture.store, id);
    SessionState state = server.find(id).orElseThrow();
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    SessionStore store = fixture.archiving(fixture.store);
    assertEquals(Optional.of(state), store.find(id));
    assertEquals(Map.of(id, state), store.findAll(List.of(id)));
    for (LogVersion since : List.of(LogVersion.NONE, new LogVersion("x", 9))) {
      Reading read = store.read(id, since);
      assertEquals(state, read.state());
      assertTrue(read.fromStart());
      assertEquals("Hällo", read.elements().get(0).text());
    }
    assertEquals(1, store.readEnd(id, 1).elements().size());
    assertEquals(Optional.of("so"), store.note(id, "why"));
    assertEquals(Optional.empty(), store.note(id, "what"));
    Map<String, byte[]> shown = exported(store, id);
    assertEquals(before.keySet(), shown.keySet());
    before.forEach((path, content) -> assertArrayEquals(content, shown.get(path), path));
    assertEquals(List.of("Hällo"), texts(server, id));
    assertFalse(fixture.isStored(id));
    assertEquals(List.of("2026-01_conv-a.zip"), fixture.names());
  }

  @Test
  void sessionThatSomebodyElseAsksFor_isNotRestored() throws IOException {
    SessionId id = fixture.session("conv-a", "context/why.md", "so");
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    SessionStore store = fixture.archiving(fixture.store);
    SessionState others =
        SessionState.fresh(id, "another", Owner.ANONYMOUS, fixture.clock.instant());
    List<Message> said = List.of(Message.of("user", "x"));
    assertEquals(Outcome.HELD, store.append(others, LogVersion.NONE, said, null).outcome());
    assertEquals(
        Outcome.HELD,
        store.append(others, store.read(id, LogVersion.NONE).version(), said, null).outcome());
    assertFalse(fixture.isStored(id));
    assertEquals(List.of("2026-01_conv-a.zip"), fixture.names());
  }

  @Test
  void turnWithWhatWasReadOfTheArchive_isPlacedAnew_inTheRestoredSession() throws IOException {
    SessionId id = turn(server, "trip", "one");
    SessionManager other = fixture.server();
    assertEquals(2, texts(other, id).size());
    turn(other, "trip", "two"); // It keeps the tree.
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    assertEquals(4, texts(other, id).size());
    assertEquals(id, turn(other, "trip", "three"));
    assertEquals(List.of("one", "re one", "two", "re two", "three", "re three"), texts(server, id));
    assertEquals(List.of(), fixture.names());
  }

  @Test
  void whateverChangesAnArchivedSession_restoresItFirst() throws IOException {
    Map<String, Asking> ways = new LinkedHashMap<>();
    ways.put("saveNote", (store, id) -> store.saveNote(id, "what", "x"));
    ways.put("adopt", (store, id) -> store.adopt(id, new Owner("acme", null)));
    ways.put(
        "update", (store, id) -> store.update(id, found -> found.withStep(Step.DONE)).isPresent());
    ways.put(
        "append",
        (store, id) ->
            store
                    .append(
                        SessionState.fresh(
                            id, id.value(), Owner.ANONYMOUS, fixture.clock.instant()),
                        LogVersion.NONE,
                        List.of(Message.of("user", "second")),
                        null)
                    .outcome()
                == Outcome.CONFLICT);
    for (Map.Entry<String, Asking> way : ways.entrySet()) {
      String name = "conv-" + way.getKey().replace(' ', '-');
      SessionId id = fixture.session(name, "context/why.md", "so");
      fixture.clock.move(Duration.ofHours(1));
      assertTrue(server.archive(id), way.getKey());
      assertTrue(way.getValue().of(fixture.archiving(fixture.store), id), way.getKey());
      assertTrue(fixture.isStored(id), way.getKey());
      assertEquals(List.of(), fixture.names(), way.getKey());
      assertEquals(List.of("Hällo"), texts(server, id));
    }
  }

  @Test
  void sessionThatIsArchived_isNotMadeASecondTimeOfFiles() throws IOException {
    SessionId id = fixture.session("conv-a", "context/why.md", "so");
    Map<String, byte[]> files = exported(fixture.store, id);
    fixture.clock.move(DAY);
    server.archive(id);
    assertFalse(fixture.archiving(fixture.store).restore(id, InBetween.files(files)));
    assertEquals(List.of("2026-01_conv-a.zip"), fixture.names());
  }

  @Test
  void delete_removesEveryArchiveOfTheSession_andNoOthers() throws IOException {
    SessionId id = turn(server, "trip", "one");
    SessionId other = turn(server, "trip-trip", "other");
    fixture.clock.move(DAY);
    assertTrue(server.archive(id) && server.archive(other));
    Path zip = fixture.folder.resolve("2026-01_conv-trip.zip");
    Files.copy(zip, fixture.folder.resolve("2024-07_conv-trip.zip"));
    Files.copy(zip, fixture.folder.resolve(".2024-07_conv-trip.zip.left"));
    assertTrue(server.delete(id));
    assertEquals(List.of("2026-01_conv-trip-trip.zip"), fixture.names());
    assertFalse(server.delete(id));
    assertEquals(Optional.empty(), server.find(id));
    assertTrue(server.find(other).isPresent());
  }

  @Test
  void archiveOfTheSameMonth_isNeverReplaced_andTheStoredSessionCounts() throws IOException {
    SessionId id = turn(server, "trip", "one");
    fixture.clock.move(DAY);
    server.archive(id);
    Path zip = fixture.folder.resolve("2026-01_conv-trip.zip");
    byte[] left = Files.readAllBytes(zip);
    turn(server, "trip", "two");
    // As a crash between the zip and the removal leaves it.
    Files.write(zip, left);
    fixture.clock.move(DAY);
    assertFalse(server.archive(id));
    assertArrayEquals(left, Files.readAllBytes(zip));
    assertEquals(List.of("one", "re one", "two", "re two"), back(server, id));
    fixture.clock.move(Duration.ofDays(31));
    assertTrue(server.archive(id));
    assertEquals(List.of("2026-01_conv-trip.zip", "2026-02_conv-trip.zip"), fixture.names());
    assertEquals(List.of("one", "re one", "two", "re two"), back(server, id));
    assertEquals(List.of("2026-01_conv-trip.zip"), fixture.names());
  }

  @Test
  void olderArchive_isNeverRemoved_byWhoRestoresANewerOne_butByADelete() throws IOException {
    SessionId id = turn(server, "trip", "in January");
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    byte[] older = Files.readAllBytes(fixture.folder.resolve("2026-01_conv-trip.zip"));
    // A server that knows of no archive makes another session of that name.
    SessionManager without = new SessionManager(fixture.store, fixture.clock);
    turn(without, "trip", "in February");
    fixture.clock.move(Duration.ofDays(31));
    assertTrue(server.archive(id));
    assertEquals(List.of("in February", "re in February"), back(server, id));
    assertEquals(List.of("2026-01_conv-trip.zip"), fixture.names());
    assertArrayEquals(older, Files.readAllBytes(fixture.folder.resolve("2026-01_conv-trip.zip")));
    assertTrue(server.delete(id));
    assertEquals(List.of(), fixture.names());
  }

  @Test
  void filesOfEveryName_goIntoTheArchive_andComeBack() throws IOException {
    for (String path :
        List.of("output/a:b", "output/a\nb", "output/ .. ", "output/...", "c/d:e/f")) {
      SessionId id = fixture.session("conv-a", path, path);
      Map<String, byte[]> before = exported(fixture.store, id);
      fixture.clock.move(DAY);
      assertTrue(server.archive(id), path);
      assertEquals(1, back(server, id).size(), path);
      assertArrayEquals(before.get(path), exported(fixture.store, id).get(path), path);
      fixture.store.delete(id);
    }
  }

  @Test
  void monthsAreThoseOfTheArchiving_inUtc_andLaterOnesAreFoundWithoutAListing() throws IOException {
    SessionManager other = fixture.server();
    assertEquals(Optional.empty(), other.find(new SessionId("conv-trip")));
    SessionId first = turn(server, "first", "one");
    SessionId second = turn(server, "second", "one");
    fixture.clock.move(
        Duration.between(fixture.clock.instant(), Times.parse("2026-01-31T23:59:59Z")));
    assertTrue(server.archive(first));
    fixture.clock.move(Duration.ofSeconds(1));
    assertTrue(server.archive(second));
    assertEquals(List.of("2026-01_conv-first.zip", "2026-02_conv-second.zip"), fixture.names());
    fixture.clock.move(Duration.ofDays(400));
    assertEquals(List.of("one", "re one"), back(other, first));
    assertEquals(List.of("one", "re one"), back(other, second));
    SessionId third = turn(server, "third", "one");
    fixture.clock.move(DAY);
    assertTrue(server.archive(third));
    assertEquals(List.of("one", "re one"), back(other, third));
  }

  @Test
  void folderThatCannotBeLookedInto_isAnError_andNoSecondSession() throws IOException {
    Files.writeString(fixture.folder, "no folder");
    assertThrows(SessionException.class, () -> turn(server, "trip", "one"));
    assertEquals(List.of(), fixture.store.list(10));
  }

  @Test
  void archivedSession_isShownWithoutBeingRestored() {
    SessionId id = turn(server, "trip", "one");
    SessionState state = server.find(id).orElseThrow();
    fixture.clock.move(DAY);
    server.archive(id);
    Archive archive = new Archive(fixture.folder, fixture.clock);
    Path zip = archive.find(id).orElseThrow();
    assertEquals(state, archive.state(id, zip));
    assertEquals("one", archive.messages(id, zip).get(0).text());
    assertEquals(1, archive.count());
    assertFalse(fixture.isStored(id));
  }

  @Test
  void whatWasLeftHalfWritten_isRemovedAfterADay() throws IOException {
    Files.createDirectories(fixture.folder);
    Path old = Files.writeString(fixture.folder.resolve(".2026-01_conv-a.zip.1"), "x");
    Path young = Files.writeString(fixture.folder.resolve(".2026-01_conv-a.zip.2"), "x");
    Path theirs = Files.writeString(fixture.folder.resolve(".hidden"), "x");
    Files.setLastModifiedTime(old, FileTime.from(fixture.clock.instant().minus(DAY.plusDays(1))));
    Files.setLastModifiedTime(young, FileTime.from(fixture.clock.instant()));
    Files.setLastModifiedTime(
        theirs, FileTime.from(fixture.clock.instant().minus(DAY.plusDays(1))));
    assertEquals(0, server.archiveIdle(DAY, () -> true));
    assertEquals(List.of(".2026-01_conv-a.zip.2", ".hidden"), fixture.names());
  }

  @Test
  void withoutAnArchive_nothingIsArchived() {
    SessionManager without = new SessionManager(fixture.store, fixture.clock);
    SessionId id = turn(without, "trip", "one");
    assertThrows(IllegalStateException.class, () -> without.archive(id));
    assertThrows(IllegalStateException.class, () -> without.archiveIdle(DAY, () -> true));
  }
}
