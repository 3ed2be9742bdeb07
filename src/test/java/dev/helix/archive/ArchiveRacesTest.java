package dev.helix.archive;

import static dev.helix.archive.ArchiveFixture.DAY;
import static dev.helix.archive.ArchiveFixture.back;
import static dev.helix.archive.ArchiveFixture.texts;
import static dev.helix.archive.ArchiveFixture.turn;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreUnavailableException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that archive, restore, delete and use one session at the same time. */
class ArchiveRacesTest {
  private static final List<String> SAID = List.of("one", "re one");

  @TempDir Path temporary;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private ArchiveFixture fixture;
  private SessionManager server;

  @BeforeEach
  void open() {
    fixture = new ArchiveFixture(temporary.resolve("archive"));
    server = fixture.server();
  }

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  private SessionId archived() {
    SessionId id = turn(server, "trip", "one");
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    return id;
  }

  private Path zip() {
    return fixture.folder.resolve("2026-01_conv-trip.zip");
  }

  /** Asks for a change; whether there is a session then. */
  private static boolean backIn(SessionManager server, SessionId id) {
    try {
      return !back(server, id).isEmpty();
    } catch (SessionException e) {
      return false; // There is none.
    }
  }

  private static <T> T ended(Future<T> running) throws Exception {
    return running.get(30, TimeUnit.SECONDS);
  }

  @Test
  void turnsAndArchiving_onTwoServers_loseNothingAndDoubleNothing() throws Exception {
    SessionManager other = fixture.server();
    List<String> said = new ArrayList<>();
    CyclicBarrier start = new CyclicBarrier(4);
    int came = 0;
    int went = 0;
    for (int round = 0; round < 100; round++) {
      String first = "a" + round;
      String second = "b" + round;
      fixture.clock.move(DAY);
      SessionId id = new SessionId("conv-trip");
      List<Callable<Boolean>> all =
          List.of(
              () -> turn(server, "trip", first).equals(id),
              () -> turn(other, "trip", second).equals(id),
              () -> server.archive(id),
              () -> other.archive(id));
      List<Future<Boolean>> running = new ArrayList<>();
      for (Callable<Boolean> one : all) {
        running.add(
            executor.submit(
                () -> {
                  start.await();
                  return one.call();
                }));
      }
      assertTrue(ended(running.get(0)) && ended(running.get(1)));
      went += ended(running.get(2)) ? 1 : 0;
      went += ended(running.get(3)) ? 1 : 0;
      said.addAll(List.of(first, "re " + first, second, "re " + second));
      came += fixture.names().isEmpty() ? 1 : 0;
      assertTrue(fixture.isStored(id), "what was used in this round is stored");
    }
    List<String> stored = texts(fixture.server(), new SessionId("conv-trip"));
    assertEquals(said.size(), stored.size());
    assertEquals(Set.copyOf(said), new HashSet<>(stored));
    assertEquals(100, came, "no archive is left beside the session");
    assertTrue(went > 0, "the race was one");
  }

  @Test
  void twoServersThatRestoreAtOnce_makeOneSession() throws Exception {
    SessionId id = archived();
    CyclicBarrier both = new CyclicBarrier(2);
    SessionStore meeting =
        InBetween.before(fixture.store, "restore", () -> both.await(30, TimeUnit.SECONDS));
    Future<List<String>> one = executor.submit(() -> back(fixture.server(meeting), id));
    Future<List<String>> two = executor.submit(() -> back(fixture.server(meeting), id));
    assertEquals(SAID, ended(one));
    assertEquals(SAID, ended(two));
    assertEquals(List.of(), fixture.names());
  }

  @Test
  void manyRequestsAtOnce_restoreTheSessionOnce() throws Exception {
    SessionId id = archived();
    CyclicBarrier start = new CyclicBarrier(16);
    List<Future<List<String>>> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(
          executor.submit(
              () -> {
                start.await();
                return back(server, id);
              }));
    }
    for (Future<List<String>> one : all) {
      assertEquals(SAID, ended(one));
    }
    assertEquals(List.of(), fixture.names());
  }

  @Test
  void serverThatWasTooLateToRestore_leavesALaterArchiveAlone() throws Exception {
    SessionId id = archived();
    SessionStore late =
        InBetween.after(
            InBetween.betweenReadingAndRestoring(
                fixture.store, () -> assertTrue(backIn(server, id))),
            "restore",
            () -> {
              fixture.clock.move(DAY);
              assertTrue(server.archive(id));
            });
    assertFalse(backIn(fixture.server(late), id));
    assertFalse(fixture.isStored(id));
    assertTrue(Files.exists(zip()));
    assertEquals(SAID, texts(server, id));
  }

  @Test
  void serverThatSleptWithAnOldArchiveInItsHands_doesNotTakeTheNewOneAway() {
    SessionId id = archived();
    AtomicBoolean slept = new AtomicBoolean();
    SessionStore late =
        InBetween.betweenReadingAndRestoring(
            fixture.store,
            () -> {
              if (!slept.getAndSet(true)) {
                turn(server, "trip", "two");
                fixture.clock.move(DAY);
                assertTrue(server.archive(id));
              }
            });
    assertEquals(List.of("one", "re one", "two", "re two"), back(fixture.server(late), id));
    assertEquals(List.of("one", "re one", "two", "re two"), texts(server, id));
  }

  @Test
  void sessionDeletedBeforeItsArchiveIsRead_staysDeleted() {
    SessionId id = archived();
    SessionStore late =
        InBetween.before(fixture.store, "restore", () -> assertTrue(server.delete(id)));
    assertFalse(backIn(fixture.server(late), id));
    assertGone(id);
  }

  @Test
  void sessionDeletedWhileItsArchiveIsRead_staysDeleted() {
    SessionId id = archived();
    SessionStore late =
        InBetween.betweenReadingAndRestoring(fixture.store, () -> assertTrue(server.delete(id)));
    assertFalse(backIn(fixture.server(late), id));
    assertGone(id);
  }

  @Test
  void sessionDeletedJustAfterItWasRestored_staysDeleted() {
    SessionId id = archived();
    SessionStore late =
        InBetween.after(fixture.store, "restore", () -> assertTrue(server.delete(id)));
    assertFalse(backIn(fixture.server(late), id));
    assertGone(id);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sessionUsedSinceItWasRestored_isNotTakenBack_whateverBecameOfItsArchive(boolean replaced)
      throws IOException {
    SessionId id = archived();
    byte[] theirs = {1, 2, 3};
    SessionStore late =
        InBetween.after(
            fixture.store,
            "restore",
            () -> {
              // The least that a store can tell.
              fixture.clock.move(Duration.of(1, ChronoUnit.MICROS));
              turn(new SessionManager(fixture.store, fixture.clock), "trip", "two");
              Files.delete(zip());
              if (replaced) {
                Files.write(zip(), theirs);
              }
            });
    assertEquals(List.of("one", "re one", "two", "re two"), back(fixture.server(late), id));
    assertTrue(fixture.isStored(id));
    if (replaced) {
      assertArrayEquals(theirs, Files.readAllBytes(zip()));
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void archiveThatCannotBeRemoved_stays_andItsSessionIsRestored() throws IOException {
    SessionId id = archived();
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(fixture.folder);
    Files.setPosixFilePermissions(fixture.folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(fixture.folder), "this user may write everywhere");
      assertEquals(SAID, back(server, id));
      assertTrue(fixture.isStored(id));
      assertTrue(Files.exists(zip()));
      turn(server, "trip", "two");
      assertEquals(4, texts(fixture.server(), id).size());
    } finally {
      Files.setPosixFilePermissions(fixture.folder, before);
    }
  }

  @Test
  void sessionRestoredByAnotherInTheMiddleOfADelete_isDeletedToo() {
    SessionId id = archived();
    SessionManager deleting =
        fixture.server(
            InBetween.after(fixture.store, "delete", () -> backIn(fixture.server(), id)));
    assertTrue(deleting.delete(id));
    assertGone(id);
  }

  @Test
  void sessionArchivedByAnotherInTheMiddleOfADelete_isDeletedToo() {
    SessionId id = turn(server, "trip", "one");
    fixture.clock.move(DAY);
    SessionManager deleting =
        fixture.server(InBetween.before(fixture.store, "delete", () -> server.archive(id)));
    assertTrue(deleting.delete(id));
    assertGone(id);
  }

  private void assertGone(SessionId id) {
    assertFalse(fixture.isStored(id));
    assertFalse(Files.exists(zip()));
    assertEquals(Optional.empty(), fixture.server().find(id));
  }

  @Test
  void archiveMadeByAnotherMeanwhile_isNotReplaced_andTheSessionStays() throws IOException {
    SessionId id = turn(server, "trip", "one");
    fixture.clock.move(DAY);
    byte[] theirs = {1, 2, 3};
    SessionManager late =
        fixture.server(
            InBetween.before(
                fixture.store,
                "remove",
                () -> {
                  Files.createDirectories(fixture.folder);
                  Files.write(zip(), theirs);
                }));
    assertFalse(late.archive(id));
    assertArrayEquals(theirs, Files.readAllBytes(zip()));
    assertEquals(List.of(zip().getFileName().toString()), fixture.names());
    assertTrue(fixture.isStored(id));
  }

  @Test
  void storeThatFailsToRemoveWhatWasArchived_keepsBoth_andTheSessionGoesOn() throws IOException {
    SessionId id = turn(server, "trip", "one");
    fixture.clock.move(DAY);
    SessionStore failing =
        InBetween.after(
            fixture.store,
            "export",
            () -> {
              throw new StoreUnavailableException("gone", null);
            });
    // The store shows the session, to the end, and then cannot be reached.
    SessionStore unsure = removing(failing);
    assertThrows(StoreUnavailableException.class, () -> fixture.server(unsure).archive(id));
    assertEquals(List.of(zip().getFileName().toString()), fixture.names());
    assertEquals(SAID, texts(server, id));
    turn(server, "trip", "two");
    assertEquals(4, texts(fixture.server(), id).size());
  }

  @Test
  void storeThatFindsTheSessionUsed_afterItWasShown_leavesNoArchive() throws IOException {
    SessionId id = turn(server, "trip", "one");
    fixture.clock.move(DAY);
    SessionStore optimistic = removing(fixture.store);
    assertFalse(fixture.server(optimistic).archive(id));
    assertEquals(List.of(), fixture.names());
    assertEquals(SAID, texts(server, id));
  }

  /** As a store that shows the session, and finds out only then that it was used. */
  private static SessionStore removing(SessionStore store) {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals("remove")) {
                store.export((SessionId) arguments[0], (SessionFiles.Visitor) arguments[2]);
                return false;
              }
              try {
                return called.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
