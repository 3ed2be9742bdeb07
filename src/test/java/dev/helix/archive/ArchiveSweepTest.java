package dev.helix.archive;

import static dev.helix.archive.ArchiveFixture.DAY;
import static dev.helix.archive.ArchiveFixture.texts;
import static dev.helix.archive.ArchiveFixture.turn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.Lease;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.StorageFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Idle sessions are archived by one server of all. */
class ArchiveSweepTest {
  @TempDir Path temporary;
  private ArchiveFixture fixture;
  private SessionManager server;

  @BeforeEach
  void open() {
    fixture = new ArchiveFixture(temporary.resolve("archive"));
    server = fixture.server();
  }

  @Test
  void sweep_archivesWhatIsIdle_andNothingElse() throws IOException {
    for (int i = 0; i < 250; i++) {
      fixture.session("conv-idle-" + i, "x", "x");
    }
    fixture.clock.move(DAY.multipliedBy(10));
    SessionId justUsed = turn(server, "just-used", "one");
    fixture.clock.move(DAY.multipliedBy(20));
    SessionId inUse = turn(server, "in-use", "one");
    // To the microsecond N days is not yet longer than N days.
    assertEquals(250, server.archiveIdle(DAY.multipliedBy(20), () -> true));
    assertEquals(250, fixture.names().size());
    assertTrue(fixture.isStored(justUsed));
    assertTrue(fixture.isStored(inUse));
    assertEquals(0, server.archiveIdle(DAY.multipliedBy(20), () -> true));
    assertEquals(List.of("Hällo"), texts(server, new SessionId("conv-idle-249")));
  }

  @Test
  void sessionThatCannotBeArchived_isPassedOver() throws IOException {
    idleSessions(5);
    AtomicInteger tried = new AtomicInteger();
    SessionManager failing =
        beforeRemoving(
            () -> {
              if (tried.incrementAndGet() == 2) {
                throw new SessionException("unreadable");
              }
            });
    assertEquals(4, failing.archiveIdle(Duration.ofHours(1), () -> true));
    assertEquals(List.of("conv-3"), names(fixture.store.list(10)));
    assertEquals(1, server.archiveIdle(Duration.ofHours(1), () -> true));
  }

  /** So many that were not used for a day. */
  private void idleSessions(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      fixture.session("conv-" + i, "x", "x");
    }
    fixture.clock.move(DAY);
  }

  /** A server that does this before it removes a session that it has archived. */
  private SessionManager beforeRemoving(InBetween.Event event) {
    return fixture.server(InBetween.before(fixture.store, "remove", event));
  }

  private static List<String> names(List<SessionState> states) {
    return states.stream().map(state -> state.sessionId().value()).toList();
  }

  @Test
  void oneServerSweepsAtATime_andAnotherWhenItDied() throws IOException {
    SessionId id = fixture.session("conv-a", "x", "x");
    fixture.clock.move(DAY);
    Optional<Lease> dead = fixture.store.lease(ArchiveSweep.SWEEP, Duration.ofMinutes(5));
    assertTrue(dead.isPresent());
    assertEquals(0, server.archiveIdle(Duration.ofHours(1), () -> true));
    assertTrue(fixture.isStored(id));
    fixture.clock.move(Duration.ofMinutes(5));
    assertEquals(1, server.archiveIdle(Duration.ofHours(1), () -> true));
    assertTrue(fixture.store.lease(ArchiveSweep.SWEEP, Duration.ofMinutes(5)).isPresent(), "free");
  }

  @Test
  void sweepThatLostItsTurn_orIsToStop_ends() throws IOException {
    idleSessions(6);
    AtomicInteger asked = new AtomicInteger();
    assertEquals(2, server.archiveIdle(Duration.ofHours(1), () -> asked.incrementAndGet() <= 2));
    SessionManager slow =
        fixture.server(
            InBetween.after(
                fixture.store,
                "remove",
                () -> {
                  // It sleeps so long that another one begins.
                  fixture.clock.move(Duration.ofMinutes(6));
                  assertTrue(
                      fixture.store.lease(ArchiveSweep.SWEEP, Duration.ofMinutes(5)).isPresent());
                }));
    assertEquals(1, slow.archiveIdle(Duration.ofHours(1), () -> true));
    assertEquals(3, fixture.store.list(10).size());
  }

  @Test
  void sessionsThatNeverCanBeArchived_keepNoOtherFromIt() throws IOException {
    idleSessions(30);
    AtomicInteger tried = new AtomicInteger();
    SessionManager failing =
        beforeRemoving(
            () -> {
              int now = tried.incrementAndGet();
              if (now <= 12) {
                throw new SessionException("unreadable");
              }
              if (now <= 25) {
                throw new OutOfMemoryError("Required array size too large");
              }
            });
    assertEquals(5, failing.archiveIdle(Duration.ofHours(1), () -> true));
    assertEquals(25, fixture.store.list(100).size());
  }

  @Test
  void folderThatTakesNothing_endsTheSweep_andTheNextOneGoesOn() throws IOException {
    idleSessions(5);
    AtomicInteger tried = new AtomicInteger();
    SessionManager blocked =
        beforeRemoving(
            () -> {
              if (tried.incrementAndGet() == 1) {
                Files.writeString(fixture.folder, "in the way");
              }
            });
    assertThrows(
        StorageFullException.class, () -> blocked.archiveIdle(Duration.ofHours(1), () -> true));
    assertEquals(1, tried.get());
    assertEquals(5, fixture.store.list(100).size());
    Files.delete(fixture.folder);
    assertEquals(5, blocked.archiveIdle(Duration.ofHours(1), () -> true));
  }
}
