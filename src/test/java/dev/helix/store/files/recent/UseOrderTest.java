package dev.helix.store.files.recent;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.scripted.JavaProgram;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import dev.helix.store.disk.Disk;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The order of last use among many sessions, over restarts, crashes and other programs' changes.
 */
class UseOrderTest {
  private static final int MANY = 10_000;

  @TempDir Path directory;

  private Path sessions() {
    return directory.resolve("sessions");
  }

  private Path recent() {
    return sessions().resolve(".recent");
  }

  private SessionStore open() {
    return FileSessionStore.open(sessions());
  }

  static SessionState at(int number, int micros) {
    return state("conv-" + number, "" + number).withUpdatedAt(NOW.plusNanos(micros * 1000L));
  }

  /** A session's folder as another program makes it. */
  private void makeFolder(SessionState state) throws IOException {
    Path folder = Files.createDirectories(sessions().resolve(state.sessionId().value()));
    Files.write(folder.resolve("status.json"), state.toJson());
  }

  static List<String> names(List<SessionState> states) {
    return states.stream().map(state -> state.sessionId().value()).toList();
  }

  static List<String> paged(SessionStore store, int size) {
    List<String> names = new ArrayList<>();
    List<SessionState> page = store.list(null, size);
    while (!page.isEmpty()) {
      names.addAll(names(page));
      page = store.list(Position.of(page.get(page.size() - 1)), size);
    }
    return names;
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, what);
      Thread.onSpinWait();
    }
  }

  private Path sorted() {
    return recent().resolve("sorted");
  }

  static List<SessionState> newestFirst(Collection<SessionState> states) {
    return states.stream()
        .sorted(
            Comparator.comparing(SessionState::updatedAt)
                .thenComparing(state -> state.sessionId().value())
                .reversed())
        .toList();
  }

  @Test
  void thousandsOfSessions_usedInAnyOrder_areAllListedOnce_alsoAfterRestarts() throws IOException {
    Files.createDirectories(sessions());
    Map<SessionId, SessionState> states = new HashMap<>();
    Random random = new Random(7);
    for (int round = 0; round < 8; round++) {
      UseOrder order = UseOrder.open(sessions());
      try {
        for (int i = 0; i < 20_000; i++) {
          SessionState used = at(random.nextInt(MANY), round * 1000 + i / 400);
          states.put(used.sessionId(), used);
          order.used(Use.of(used));
        }
        List<SessionState> sorted = newestFirst(states.values());
        List<SessionState> listed = new ArrayList<>();
        Position after = null;
        for (int size = 777; size == 777; after = Position.of(listed.get(listed.size() - 1))) {
          List<SessionState> page =
              order.list(after, size, id -> Optional.ofNullable(states.get(id)));
          listed.addAll(page);
          size = page.size();
        }
        assertEquals(sorted, listed);
      } finally {
        order.close();
      }
    }
  }

  @Test
  void largeSortedFile_isWrittenAnewAfterMoreUses() throws IOException {
    Files.createDirectories(sessions());
    UseFolder folder = new UseFolder(sessions());
    folder.prepare();
    Files.delete(sorted());
    Iterator<Integer> each = IntStream.range(0, MANY).map(i -> MANY - 1 - i).iterator();
    UseFile.write(
        sorted(),
        () -> {
          if (!each.hasNext()) {
            return null;
          }
          int number = each.next();
          return Use.of(at(number, number));
        });
    folder.replaceLog(List.of());
    folder.markClean();
    byte[] before = Files.readAllBytes(sorted());
    int most = before.length / 4096;
    assertTrue(most > 10, "too small to count: " + before.length);

    UseOrder order = new UseOrder(sessions(), 10);
    for (int i = MANY; i < MANY + most; i++) {
      order.used(Use.of(at(i, i)));
    }
    order.close();
    assertArrayEquals(before, Files.readAllBytes(sorted()));

    order = new UseOrder(sessions(), 10);
    order.used(Use.of(at(MANY + most, MANY + most)));
    await("the file is written anew", () -> sorted().toFile().length() > before.length);
    order.close();
    assertEquals(MANY + most + 1, Files.readAllLines(sorted()).size());
  }

  @Test
  void sortedFileThatIsGone_isTold_wherePagesBeginInIt() {
    Path gone = sessions().resolve("sorted");
    assertThrows(NoSuchFileException.class, () -> new UseFile(gone, null, null));
    assertThrows(NoSuchFileException.class, () -> new UseFile(gone, Use.of(at(1, 1)), null));
  }

  static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 1L << 40; // It is being replaced.
    }
  }

  @Test
  void sessionsThatAnotherProgramAdds_whileNoServerRuns_areListed() throws IOException {
    try (SessionStore store = open()) {
      store.append(at(1, 1), LogVersion.NONE, List.of(), null);
    }
    makeFolder(at(2, 2));
    try (SessionStore store = open()) {
      assertEquals(List.of("conv-2", "conv-1"), names(store.list(5)));
    }
    try (SessionStore store = open()) {
      assertEquals(List.of("conv-2", "conv-1"), names(store.list(5)));
    }
  }

  @Test
  void changedTimesAndMissingFolders_areFoundOutWhenTheyAreMet() throws IOException {
    for (int i = 0; i < 20; i++) {
      makeFolder(at(i, i));
    }
    try (SessionStore store = open()) {
      assertEquals("conv-19", names(store.list(1)).get(0));
      makeFolder(at(19, -5));
      Disk.deleteTree(sessions().resolve("conv-18"));
      List<String> names = paged(store, 6);
      assertEquals(19, names.size());
      assertEquals("conv-17", names.get(0));
      assertEquals("conv-19", names.get(18));
    }
  }

  /** A merge keeps the line of the log, so that one must be found out too. */
  @Test
  void lineThatIsWrong_isFoundOut_alsoWhereAnEarlierOneIsTrue() throws IOException {
    Map<SessionId, SessionState> states = new HashMap<>();
    for (SessionState state : List.of(at(1, 9), at(2, 5))) {
      makeFolder(state);
      states.put(state.sessionId(), state);
    }
    UseFolder folder = new UseFolder(sessions());
    folder.prepare();
    Map<String, Use> uses = new HashMap<>();
    states.values().forEach(state -> uses.put(state.sessionId().value(), Use.of(state)));
    assertTrue(folder.merge(uses, () -> false));
    folder.replaceLog(List.of(Use.of(at(1, 2))));
    folder.markClean();
    UseOrder order = UseOrder.open(sessions());
    try {
      assertEquals(
          List.of("conv-1", "conv-2"),
          names(order.list(null, 10, id -> Optional.ofNullable(states.get(id)))));
    } finally {
      order.close();
    }
    assertEquals(Map.of("conv-1", Use.of(at(1, 9))), folder.readLog());
  }

  @Test
  void serverThatIsKilled_losesNoSessionFromTheList() throws Exception {
    Process process =
        new ProcessBuilder(JavaProgram.command(Killed.class, List.of(), sessions().toString()))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(7, process.waitFor(), output);
    try (SessionStore reader = FileSessionStore.openToRead(sessions())) {
      assertEquals(300, reader.list(1000).size());
      assertEquals("conv-299", names(reader.list(1)).get(0));
    }
    try (SessionStore store = open()) {
      assertEquals(300, store.list(1000).size());
      assertEquals("conv-299", names(store.list(1)).get(0));
    }
  }

  @Test
  void sessionWhoseLineWasSorted_isListedBesideTheServer_asSoonAsItIsUsed() throws IOException {
    SessionState old = at(1, 1);
    try (SessionStore store = open()) {
      store.append(old, LogVersion.NONE, List.of(element("1", "x")), null);
    }
    Files.delete(recent().resolve("mark")); // As after a crash: all is sorted anew.
    try (SessionStore store = open();
        SessionStore beside = FileSessionStore.openToRead(sessions())) {
      assertEquals(1, store.list(10).size());
      await("the line is sorted", () -> beside.list(10).size() == 1);
      store.append(at(2, 2), LogVersion.NONE, List.of(element("1", "x")), null);
      LogVersion version = store.read(old.sessionId(), LogVersion.NONE).version();
      Instant later = NOW.plusSeconds(5);
      Message next = element("2", "y").as(ElementFields.node("2", "1", later));
      store.append(old.withUpdatedAt(later), version, List.of(next), null);
      assertEquals(List.of("conv-1", "conv-2"), names(beside.list(10)));
    }
  }

  /** A server that ends in the middle, without a close. */
  static final class Killed {
    public static void main(String[] args) {
      SessionStore store = FileSessionStore.open(Path.of(args[0]));
      assertEquals(List.of(), store.list(5));
      for (int i = 0; i < 300; i++) {
        store.append(at(i, i), LogVersion.NONE, List.of(element("1", "x")), null);
      }
      Runtime.getRuntime().halt(7);
    }
  }

  @Test
  void damagedOrMissingFiles_areMadeAnew() throws IOException {
    for (int i = 0; i < 200; i++) {
      makeFolder(at(i, i));
    }
    try (SessionStore store = open()) {
      assertEquals(200, store.list(300).size());
    }
    byte[] whole = Files.readAllBytes(sorted());
    for (int damage = 0; damage < 5; damage++) {
      switch (damage) {
        case 0 -> Files.write(sorted(), new byte[whole.length]);
        case 1 -> Files.write(recent().resolve("log"), new byte[100_000]);
        case 2 -> Files.delete(recent().resolve("mark"));
        case 3 -> Files.delete(sorted());
        default -> Disk.deleteTree(recent());
      }
      try (SessionStore store = open()) {
        if (damage == 0) {
          store.list(5); // Which finds it out.
        }
        await(
            "damage " + damage + " is repaired",
            () -> store.list(300).size() == 200 && isRepaired(whole.length));
        assertEquals("conv-199", names(store.list(1)).get(0));
      }
    }
  }

  private boolean isRepaired(int length) {
    try {
      byte[] bytes = Files.readAllBytes(sorted());
      return bytes.length == length && bytes[0] != 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void manySessionsThatAreGone_leaveTheFilesInTime() throws IOException {
    Files.createDirectories(sessions());
    Map<SessionId, SessionState> states = new HashMap<>();
    UseOrder order = new UseOrder(sessions(), 100);
    try {
      for (int i = 0; i < MANY; i++) {
        SessionState made = at(i, i);
        states.put(made.sessionId(), made);
        order.used(Use.of(made));
      }
      await("they are sorted", () -> size(sorted()) > 4096 * 20);
      for (int i = MANY - 1; i >= 500; i--) {
        SessionId id = new SessionId("conv-" + i);
        states.remove(id);
        order.forget(id);
      }
      await("what is gone leaves the files", () -> size(sorted()) < 2000 * 26);
      assertEquals(
          newestFirst(states.values()),
          order.list(null, 1000, id -> Optional.ofNullable(states.get(id))));
    } finally {
      order.close();
    }
  }

  @Test
  void serverThatEndedAsItShould_isBelieved_soThatNoSessionIsReadAtTheNextStart()
      throws IOException {
    try (SessionStore store = open()) {
      store.append(at(1, 1), LogVersion.NONE, List.of(), null);
      store.append(at(2, 2), LogVersion.NONE, List.of(), null);
      assertTrue(store.delete(at(2, 2).sessionId()));
    }
    assertTrue(new UseFolder(sessions()).isClean());
  }
}
