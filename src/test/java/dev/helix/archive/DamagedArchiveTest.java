package dev.helix.archive;

import static dev.helix.archive.ArchiveFixture.DAY;
import static dev.helix.archive.ArchiveFixture.texts;
import static dev.helix.archive.ArchiveFixture.turn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.LoggedLines;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a damaged archive all that is readable is used, and it is kept. */
class DamagedArchiveTest {
  @TempDir Path temporary;
  private ArchiveFixture fixture;
  private SessionManager server;

  @BeforeEach
  void open() {
    fixture = new ArchiveFixture(temporary.resolve("archive"));
    server = fixture.server();
  }

  private static Map<String, byte[]> exported(SessionStore store, SessionId id) throws IOException {
    Map<String, byte[]> exported = new LinkedHashMap<>();
    assertTrue(store.export(id, exported::put));
    return exported;
  }

  private void put(String name, Map<String, String> entries) throws IOException {
    Files.createDirectories(fixture.folder);
    try (OutputStream file = Files.newOutputStream(fixture.folder.resolve(name));
        ZipOutputStream zip = new ZipOutputStream(file, UTF_8)) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(UTF_8));
        zip.closeEntry();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cut",
        "empty",
        "flipped",
        "no status",
        "bad status",
        "no messages",
        "bad messages",
        "../x",
        "/x",
        "a\\x",
        "a/../../x",
        "C:x"
      })
  void damagedArchive_hidesNothingThatIsReadable_andIsKept(String damage) throws IOException {
    SessionId id = turn(server, "trip", "some words that are stored");
    List<String> said = texts(server, id);
    String status = new String(exported(fixture.store, id).get("status.json"), UTF_8);
    fixture.clock.move(DAY);
    server.archive(id);
    Path zip = fixture.folder.resolve("2026-01_conv-trip.zip");
    byte[] whole = Files.readAllBytes(zip);
    switch (damage) {
      case "cut" -> Files.write(zip, Arrays.copyOf(whole, whole.length - 30));
      case "empty" -> Files.write(zip, new byte[0]);
      case "flipped" -> {
        whole[80] ^= 1;
        Files.write(zip, whole);
      }
      case "no status" -> put("2026-01_conv-trip.zip", Map.of("context/messages.json", "[]"));
      case "bad status" ->
          put("2026-01_conv-trip.zip", Map.of("status.json", "[]", "context/messages.json", "[]"));
      case "no messages" -> put("2026-01_conv-trip.zip", Map.of("status.json", status));
      case "bad messages" ->
          put(
              "2026-01_conv-trip.zip",
              Map.of("status.json", status, "context/messages.json", "[{"));
      default ->
          put(
              "2026-01_conv-trip.zip",
              Map.of("status.json", status, "context/messages.json", "[]", damage, "x"));
    }
    byte[] damaged = Files.readAllBytes(zip);
    boolean readable = List.of("cut", "flipped").contains(damage);
    boolean known = readable || !List.of("empty", "no status", "bad status").contains(damage);
    List<String> expected = readable ? said : List.of();
    try (LoggedLines log = LoggedLines.of(DamagedArchives.class.getName())) {
      for (int i = 0; i < 2; i++) {
        assertEquals(expected, texts(server, id));
        assertEquals(known, server.find(id).isPresent());
        assertFalse(fixture.isStored(id));
      }
      assertEquals(id, turn(server, "trip", "two"));
      assertEquals(1, log.warnings().size(), () -> "" + log.warnings());
      assertTrue(log.warnings().get(0).contains(zip.toString()));
    }
    List<String> after = new ArrayList<>(expected);
    after.addAll(List.of("two", "re two"));
    assertEquals(after, texts(server, id));
    assertEquals(1, server.damages());
    String kept =
        "2026-01_conv-trip." + (known ? "damaged" : "unreadable") + "-20260106T120000000Z.zip";
    assertEquals(List.of(kept), fixture.names());
    assertArrayEquals(damaged, Files.readAllBytes(fixture.folder.resolve(kept)));
    fixture.clock.move(DAY);
    assertEquals(1, server.archiveIdle(DAY.dividedBy(2), () -> true));
    assertEquals(after, texts(server, id));
    assertTrue(server.delete(id));
    assertEquals(List.of(), fixture.names());
  }

  @Test
  void badByteAnywhereInAnArchive_hidesNoMessageBeforeIt_andNoOtherFile() throws IOException {
    SessionId id = turn(server, "trip", "question 0");
    for (int i = 1; i < 30; i++) {
      turn(server, "trip", "question " + i);
    }
    server.saveContext(id, "why", "because");
    List<String> said = texts(server, id);
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    Path zip = fixture.folder.resolve("2026-01_conv-trip.zip");
    byte[] whole = Files.readAllBytes(zip);
    int most = 0;
    for (int at = 0; at < whole.length; at += 3) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x55;
      Files.write(zip, damaged);
      SessionManager fresh = fixture.server();
      List<String> read = texts(fresh, id);
      most = Math.max(most, said.size() - read.size());
      int what = at;
      assertTrue(fresh.find(id).isPresent(), () -> "at " + what);
      boolean both = read.size() < said.size() && fresh.getContext(id, "why").isEmpty();
      // One that begins with a damaged header may hide itself, but not both.
      assertFalse(both, () -> "at " + what + ": " + read);
    }
    assertTrue(most > 0, "some of it was of the messages");
    assertFalse(fixture.isStored(id));
  }
}
