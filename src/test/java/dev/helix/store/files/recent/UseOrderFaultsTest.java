package dev.helix.store.files.recent;

import static dev.helix.store.SessionStoreContract.state;
import static dev.helix.store.files.recent.UseOrderTest.at;
import static dev.helix.store.files.recent.UseOrderTest.await;
import static dev.helix.store.files.recent.UseOrderTest.names;
import static dev.helix.store.files.recent.UseOrderTest.paged;
import static dev.helix.store.files.recent.UseOrderTest.size;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.store.disk.Disk;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of last use where files are torn, lost or deleted, and where threads meet. */
class UseOrderFaultsTest {
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

  /** A session's folder as another program makes it. */
  private void makeFolder(SessionState state) throws IOException {
    Path folder = Files.createDirectories(sessions().resolve(state.sessionId().value()));
    Files.write(folder.resolve("status.json"), state.toJson());
  }

  private Path sorted() {
    return recent().resolve("sorted");
  }

  private List<String> listed(UseOrder order, Map<SessionId, SessionState> states) {
    return names(order.list(null, MANY, id -> Optional.ofNullable(states.get(id))));
  }

  @Test
  void damagedLog_isNotBelievedAtTheNextStart_whereItCouldNotBeMadeAnewBefore() throws IOException {
    Files.createDirectories(sessions());
    Map<SessionId, SessionState> states = new HashMap<>();
    UseOrder order = UseOrder.open(sessions());
    for (int i = 0; i < 2000; i++) {
      makeFolder(at(i, i));
      states.put(at(i, i).sessionId(), at(i, i));
      order.used(Use.of(at(i, i)));
    }
    order.close();
    Files.write(recent().resolve("log"), new byte[100_000]);
    UseOrder.open(sessions()).close();
    assertFalse(new UseFolder(sessions()).isClean());
    order = UseOrder.open(sessions());
    try {
      assertEquals(2000, listed(order, states).size());
    } finally {
      order.close();
    }
  }

  @Test
  void lineThatACrashHasTorn_takesNotTheNextOneWithIt() throws IOException {
    makeFolder(at(1, 1));
    Map<SessionId, SessionState> states = new HashMap<>();
    states.put(at(1, 1).sessionId(), at(1, 1));
    UseOrder.open(sessions()).close();
    new UseFolder(sessions()).markInUse();
    Files.writeString(recent().resolve("log"), "17000000");
    UseOrder order = UseOrder.open(sessions());
    assertEquals(List.of("conv-1"), listed(order, states));
    states.put(at(2, 2).sessionId(), at(2, 2));
    order.used(Use.of(at(2, 2)));
    order.close();
    order = UseOrder.open(sessions());
    try {
      assertEquals(List.of("conv-2", "conv-1"), listed(order, states));
    } finally {
      order.close();
    }
  }

  @Test
  void logThatIsBehindTheSessionsAfterACrash_countsNoMoreOnceTheyWereLookedAt() throws IOException {
    makeFolder(at(1, 9));
    makeFolder(at(2, 5));
    makeFolder(at(3, 1));
    Files.createDirectories(recent());
    new UseFolder(sessions()).markInUse();
    Files.write(recent().resolve("log"), Use.of(at(1, 2)).line());
    for (int start = 0; start < 2; start++) {
      try (SessionStore store = open()) {
        assertEquals(List.of("conv-1"), names(store.list(1)));
        assertEquals(List.of("conv-1", "conv-2", "conv-3"), paged(store, 1));
      }
    }
  }

  @Test
  void logOfManyStarts_staysShort() throws IOException {
    Files.createDirectories(sessions());
    for (int start = 0; start < 10; start++) {
      UseOrder order = UseOrder.open(sessions());
      for (int i = 0; i < 5000; i++) {
        order.used(Use.of(at(i % 3, i)));
      }
      order.close();
    }
    assertTrue(size(recent().resolve("log")) < 17_000L * 24, "lines of earlier starts stay");
  }

  @Test
  void sessionThatIsRestoredWhileAListMissesIt_isListedAfterwards() throws IOException {
    Files.createDirectories(sessions());
    Map<SessionId, SessionState> states = new HashMap<>();
    SessionState restored = at(1, 1);
    UseOrder order = UseOrder.open(sessions());
    order.used(Use.of(restored));
    List<SessionState> first =
        order.list(
            null,
            5,
            id -> {
              // Another thread's, between the look at the session and what is made of it.
              states.put(id, restored);
              order.used(Use.of(restored));
              return Optional.empty();
            });
    assertEquals(List.of(), first);
    assertEquals(List.of("conv-1"), listed(order, states));
    order.close();
    UseOrder next = UseOrder.open(sessions());
    try {
      assertEquals(List.of("conv-1"), listed(next, states));
    } finally {
      next.close();
    }
  }

  @Test
  void sessionThatIsUsedAndSortedAwayWhileAListPutsItRight_isListedAsItWasUsed()
      throws IOException {
    Files.createDirectories(sessions());
    Map<SessionId, SessionState> states = new HashMap<>();
    SessionState later = at(1, 99_999);
    UseOrder order = UseOrder.open(sessions());
    try {
      order.used(Use.of(at(1, 2)));
      List<SessionState> unused =
          order.list(
              null,
              1,
              id -> {
                if (states.isEmpty()) { // Another program has changed it, and now it is used.
                  states.put(id, later);
                  order.used(Use.of(later));
                  useMany(order, states);
                  return Optional.of(at(1, 1));
                }
                return Optional.of(states.get(id));
              });
      assertEquals(List.of(later), order.list(null, 1, id -> Optional.of(states.get(id))));
    } finally {
      order.close();
    }
  }

  /** So many others that what was used before is in a sorted file. */
  private void useMany(UseOrder order, Map<SessionId, SessionState> states) {
    for (int i = 100; i < 100 + 4096; i++) {
      states.put(at(i, i).sessionId(), at(i, i));
      order.used(Use.of(at(i, i)));
    }
    await("they are sorted", () -> size(recent().resolve("log")) == 0);
  }

  @Test
  void orderThatIsDeletedWhileItIsUsed_isMadeAnew() throws IOException {
    for (int i = 0; i < 20; i++) {
      makeFolder(at(i, i));
    }
    try (SessionStore store = open()) {
      assertEquals(20, store.list(30).size());
      Disk.deleteTree(recent());
      assertEquals(20, store.list(30).size());
      store.append(at(20, 20), LogVersion.NONE, List.of(), null);
      await("it is made anew", () -> store.list(30).size() == 21 && Files.exists(sorted()));
    }
    try (SessionStore store = open()) {
      assertEquals(21, store.list(30).size());
    }
  }

  @Test
  void mergeThatIsGivenUpWhereTheServerEnds_leavesTheFileAsItWas() throws IOException {
    UseFolder folder = new UseFolder(sessions());
    folder.prepare();
    assertTrue(folder.merge(uses(0), () -> false));
    byte[] before = Files.readAllBytes(sorted());
    for (int lines : new int[] {0, 1, 700, 1500, 1501}) {
      AtomicInteger asked = new AtomicInteger();
      assertFalse(folder.merge(uses(500), () -> asked.getAndIncrement() >= lines));
      assertArrayEquals(before, Files.readAllBytes(sorted()));
    }
    assertTrue(folder.merge(uses(500), () -> false));
    assertEquals(1500, Files.readAllLines(sorted()).size());
  }

  private static Map<String, Use> uses(int from) {
    return IntStream.range(from, from + 1000)
        .mapToObj(n -> Use.of(at(n, n)))
        .collect(Collectors.toMap(Use::id, use -> use));
  }

  @Test
  void sessionThatCannotBeDeleted_isListedStill() throws IOException {
    try (SessionStore store = open()) {
      store.append(at(1, 1), LogVersion.NONE, List.of(), null);
      store.append(at(2, 2), LogVersion.NONE, List.of(), null);
      Disk.deleteTree(sessions().resolve(".unfinished"));
      Files.createFile(sessions().resolve(".unfinished"));
      assertThrows(SessionException.class, () -> store.delete(at(1, 1).sessionId()));
      assertEquals(List.of("conv-2", "conv-1"), names(store.list(5)));
      Files.delete(sessions().resolve(".unfinished"));
    }
    try (SessionStore store = open()) {
      assertEquals(List.of("conv-2", "conv-1"), names(store.list(5)));
    }
  }
}
