package dev.helix.archive;

import static dev.helix.archive.ArchiveFixture.DAY;
import static dev.helix.archive.ArchiveFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose a session is, is known before it is brought back from the archive. */
class ArchivedOwnerTest {
  @TempDir Path temporary;

  @Test
  void askingWhoseAnArchivedSessionIs_restoresNothing_andNothingForAnybodyElse()
      throws IOException {
    ArchiveFixture fixture = new ArchiveFixture(temporary.resolve("archive"));
    SessionManager server = fixture.server();
    Owner bob = new Owner("acme", "bob");
    SessionState session = server.getOrCreateSession(bob, null, "trip");
    OpenTurn turn =
        server.beginTurn(session, List.of(Message.of("user", "one")), HistoryMode.STORED);
    SessionId id = turn.session().sessionId();
    SessionState stored = server.find(id).orElseThrow();
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    List<String> archived = fixture.names();
    SessionManager other = fixture.server();
    assertEquals(Optional.of(stored), other.find(id));
    assertEquals(stored, other.getOrCreateSession(bob, null, "trip"));
    // One whose id looks like the name of another's session.
    String guessed = id.value().substring("conv-".length());
    SessionState guess = other.getOrCreateSession(null, guessed);
    assertEquals(SessionStatus.NEW, guess.status());
    assertFalse(fixture.isStored(id));
    assertEquals(archived, fixture.names());
    // A turn that somebody else asks for with that session's state does not get it either.
    other.beginTurn(guess, List.of(Message.of("user", "mine")), HistoryMode.STORED);
    assertFalse(fixture.isStored(id));
    SessionState asked = other.getOrCreateSession(bob, null, "trip");
    other.beginTurn(asked, List.of(Message.of("user", "two")), HistoryMode.CLIENT);
    assertEquals(List.of("one", "two"), texts(other, id));
    assertTrue(fixture.isStored(id));
    assertEquals(List.of(), fixture.names());
  }

  @Test
  void damagedState_isMadeAnewOfItsCopy_andTheSessionIsItsOwnersStill() throws IOException {
    ArchiveFixture fixture = new ArchiveFixture(temporary.resolve("archive"));
    SessionManager server = fixture.server();
    Owner bob = new Owner("acme", "bob");
    SessionState session = server.getOrCreateSession(bob, null, "trip");
    OpenTurn turn =
        server.beginTurn(session, List.of(Message.of("user", "one")), HistoryMode.STORED);
    SessionId id = turn.session().sessionId();
    fixture.clock.move(DAY);
    assertTrue(server.archive(id));
    Path zip = fixture.folder.resolve(fixture.names().get(0));
    byte[] damaged = Files.readAllBytes(zip);
    for (int at = 60; at < 120; at++) {
      damaged[at] = 0; // In what is packed of status.json, which comes first.
    }
    Files.write(zip, damaged);
    SessionManager other = fixture.server();
    assertEquals(SessionStatus.NEW, other.getOrCreateSession(null, "trip").status());
    SessionState found = other.getOrCreateSession(bob, null, "trip");
    assertEquals(id, found.sessionId());
    other.beginTurn(found, List.of(Message.of("user", "two")), HistoryMode.CLIENT);
    assertEquals(List.of("one", "two"), texts(other, id));
    assertEquals(bob, other.find(id).orElseThrow().owner());
    assertEquals(1, other.damages());
  }
}
