package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.ids;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.packaging.SmallDisk;
import dev.helix.reliability.CountedTests;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SteppingClock;
import dev.helix.session.StorageFullException;
import dev.helix.store.files.recent.Use;
import dev.helix.store.files.recent.UseFolder;
import dev.helix.store.files.recent.UseOrder;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full: at any byte of an append, and at each file that a session is made of. */
@EnabledOnOs(OS.LINUX)
@ExtendWith(CountedTests.class)
class SmallDiskTest {
  private static final SessionId ID = new SessionId("conv-a");

  @TempDir Path at;

  private SmallDisk disk;
  private Path sessions;
  private SessionStore store;

  @BeforeEach
  void mount() {
    disk = SmallDisk.mount(at, 512);
    sessions = disk.sessions();
    store = FileSessionStore.open(sessions, new SteppingClock());
  }

  @AfterEach
  void unmount() {
    if (disk != null) {
      store.close();
      disk.close();
    }
  }

  private Path messages() {
    return sessions.resolve("conv-a/context/messages.json");
  }

  private LogVersion create(String text) {
    return store
        .append(state("conv-a", "a"), LogVersion.NONE, List.of(element("1", text)), null)
        .version();
  }

  private List<String> storedIds() {
    return ids(store.read(ID, LogVersion.NONE));
  }

  @Test
  void appendThatFindsTheDiskFull_atAnyByte_isTakenBack_andWorksWhenThereIsRoom()
      throws IOException {
    for (int length = 1; length <= SmallDisk.PAGE; length++) {
      LogVersion one = create("x".repeat(length));
      byte[] before = Files.readAllBytes(messages());
      disk.fill(0);
      // Two pages: the order of last use gives one back where it finds the disk full before.
      String text = "y".repeat(2 * SmallDisk.PAGE);
      assertThrows(
          StorageFullException.class,
          () -> store.append(state("conv-a", "a"), one, List.of(element("2", text)), null));
      assertArrayEquals(before, Files.readAllBytes(messages()));
      assertEquals(List.of("1"), storedIds());
      disk.free();
      store.append(state("conv-a", "a"), one, List.of(element("3", "z")), null);
      store.force(ID);
      assertEquals(2, new ObjectMapper().readTree(messages().toFile()).size());
      assertTrue(store.delete(ID));
    }
  }

  @Test
  void diskOnWhichNoSessionCanBeMade_isNotReady_thoughThereIsRoomForAFile_andNothingIsLeft()
      throws IOException {
    store.check();
    int refused = 0;
    for (int pages = 0; pages < 8; pages++) {
      disk.fill(pages);
      boolean ready = true;
      try {
        store.check();
      } catch (StorageFullException e) {
        ready = false;
        refused++;
      }
      if (ready) {
        create("x");
        assertTrue(store.delete(ID));
      }
      disk.free();
      assertFalse(Files.exists(sessions.resolve(".check")));
    }
    assertTrue(refused > 2, "the room was enough for a session too soon");
    store.check();
    assertEquals(List.of(), store.list(9));
    try (Stream<Path> left = Files.list(sessions)) {
      assertEquals(
          List.of(),
          left.map(path -> path.getFileName().toString())
              .filter(name -> !List.of(".lock", ".recent", ".unfinished").contains(name))
              .toList());
    }
  }

  @Test
  void sessionThatFindsTheDiskFull_atAnyOfItsFiles_leavesNothing_andIsMadeWhenThereIsRoom()
      throws IOException {
    int failed = 0;
    for (int length : new int[] {10, 3900, 5000, 9000}) {
      for (int pages = 0; pages < 12; pages++) {
        disk.fill(pages);
        try {
          create("x".repeat(length));
        } catch (StorageFullException e) {
          failed++;
          assertEquals(Optional.empty(), store.find(ID));
          assertEquals(List.of(), store.list(10));
          assertEquals(List.of(), names(sessions.resolve(".unfinished")));
          disk.free();
          create("x".repeat(length));
        }
        assertEquals(List.of("1"), storedIds());
        disk.free();
        assertTrue(store.delete(ID));
      }
    }
    assertTrue(failed > 12, failed + " failed");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void stateNoteAndSecret_thatFindTheDiskFull_leaveWhatWas_andWorkWhenThereIsRoom()
      throws IOException {
    create("x");
    assertTrue(store.saveNote(ID, "why", "because"));
    disk.fill(0);
    assertThrows(
        StorageFullException.class,
        () ->
            store.update(new SessionId("conv-a"), found -> found.withStatus(SessionStatus.READY)));
    assertThrows(StorageFullException.class, () -> store.saveNote(ID, "why", "for nothing"));
    assertThrows(StorageFullException.class, store::ownerSecret);
    assertEquals(SessionStatus.DISCUSSING, store.find(ID).orElseThrow().status());
    assertEquals(Optional.of("because"), store.note(ID, "why"));
    assertEquals(List.of("context", "input", "status.json"), names(sessions.resolve("conv-a")));
    disk.free();
    assertTrue(
        store
            .update(new SessionId("conv-a"), found -> found.withStatus(SessionStatus.READY))
            .isPresent());
    assertTrue(store.saveNote(ID, "why", "for nothing"));
    byte[] secret = store.ownerSecret();
    assertArrayEquals(secret, store.ownerSecret());
    assertEquals(SessionStatus.READY, store.find(ID).orElseThrow().status());
    assertEquals(Optional.of("for nothing"), store.note(ID, "why"));
  }

  @Test
  void tornTranscript_thatFindsNoRoomToSetTheRestAside_waitsForIt() throws IOException {
    create("x".repeat(500));
    byte[] torn = Arrays.copyOf(Files.readAllBytes(messages()), 600);
    torn = Arrays.copyOf(torn, 2 * SmallDisk.PAGE);
    Files.write(messages(), torn);
    for (int i = 0; i < 3; i++) {
      disk.fill(0);
      assertThrows(StorageFullException.class, this::storedIds);
      assertArrayEquals(torn, Files.readAllBytes(messages()));
      assertEquals(List.of("messages.json"), names(messages().getParent()));
    }
    disk.free();
    assertEquals(List.of("1"), storedIds());
    assertEquals(2, names(messages().getParent()).size());
  }

  @Test
  void serverThatStartsWhenTheDiskIsFull_listsAll_andKeepsTheOrderWhenThereIsRoom()
      throws IOException {
    create("x");
    // Which waits for the first look at all sessions; a store that is closed before gives it up.
    assertEquals(1, store.list(10).size());
    store.close();
    disk.fill(0);
    store = FileSessionStore.open(sessions, new SteppingClock());
    assertEquals(1, store.list(10).size());
    disk.free();
    store.append(state("conv-b", "b"), LogVersion.NONE, List.of(element("1", "x")), null);
    store.close();
    assertTrue(new UseFolder(sessions).isClean());
    store = FileSessionStore.open(sessions, new SteppingClock());
    assertEquals(2, store.list(10).size());
  }

  @Test
  void orderThatFoundTheDiskFull_isNotBelieved_andKeptAgainWhenThereIsRoom() throws IOException {
    UseOrder order = UseOrder.open(Files.createDirectories(sessions.resolve("others")));
    UseFolder folder = new UseFolder(sessions.resolve("others"));
    try {
      assertEquals(List.of(), order.list(null, 5, id -> Optional.empty()));
      disk.fill(0);
      for (int i = 0; i < 300; i++) {
        order.used(new Use(i, "conv-" + i));
      }
      assertFalse(folder.isWhole());
      disk.free();
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (!folder.isWhole()) {
        assertTrue(System.nanoTime() < deadline, "it is written again");
        order.used(new Use(300, "conv-299"));
      }
      assertEquals(300, folder.readLog().size());
    } finally {
      order.close();
    }
    assertTrue(folder.isClean());
  }
}
