package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.store.files.FileSessionStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of no conversation, by their names. */
class OwnSessionTest {
  private static final Owner ANN = new Owner("acme", "ann");
  private static final Owner BOB = new Owner("acme", "bob");
  private static final List<Owner> OWNERS =
      List.of(Owner.ANONYMOUS, ANN, BOB, new Owner("acme", null), new Owner(null, "ann"));

  @TempDir Path directory;
  private CountedReads store;
  private SessionManager manager;

  @BeforeEach
  void open() {
    store = new CountedReads(FileSessionStore.open(directory));
    manager = new SessionManager(store.store(), new SteppingClock());
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private SessionState kept(SessionState session) {
    OpenTurn turn =
        manager.beginTurn(session, SessionFixture.messages("user: Hallo"), HistoryMode.CLIENT);
    return manager.completeTurn(turn, List.of(SessionFixture.answer("ok", AnswerStatus.COMPLETED)));
  }

  /** The name without an owner's hash. */
  private static SessionId bare(SessionState session) {
    return new SessionId(session.sessionId().value().substring(0, "session-".length() + 32));
  }

  private Optional<SessionId> own(Owner owner, SessionId name) {
    return manager.ownSession(owner, name).map(SessionState::sessionId);
  }

  @Test
  void storedSession_isItsOwners_andNobodyElses() {
    for (Owner owner : OWNERS) {
      SessionState session = kept(manager.randomSession(owner));
      for (Owner asker : OWNERS) {
        assertEquals(
            asker.equals(owner) ? Optional.of(session.sessionId()) : Optional.empty(),
            own(asker, bare(session)),
            owner + " asked for by " + asker);
      }
    }
  }

  @Test
  void sessionOfWhichNothingIsStored_isNotThere() {
    for (Owner owner : OWNERS) {
      assertEquals(Optional.empty(), own(owner, bare(manager.randomSession(owner))));
    }
  }

  @Test
  void adoptedSession_keepsItsName_andIsItsNewOwners() {
    SessionId name = kept(manager.randomSession()).sessionId();
    manager.adopt(name, ANN);

    assertEquals(Optional.of(name), own(ANN, name));
    assertEquals(Optional.empty(), own(BOB, name));
    assertEquals(Optional.empty(), own(Owner.ANONYMOUS, name));
  }

  @Test
  void foreignSession_costsWhatAnUnknownOneCosts() {
    SessionId foreign = bare(kept(manager.randomSession(ANN)));
    SessionId nobodys = bare(kept(manager.randomSession()));
    manager.ownSession(BOB, foreign);
    for (Owner asker : List.of(BOB, Owner.ANONYMOUS)) {
      store.calls();
      assertEquals(Optional.empty(), own(asker, SessionId.random()));
      List<String> unknown = store.calls();
      assertEquals(Optional.empty(), own(asker, foreign));
      assertEquals(unknown, store.calls());
    }
    store.calls();
    assertEquals(Optional.empty(), own(BOB, nobodys));
    List<String> unowned = store.calls();
    own(BOB, SessionId.random());
    assertEquals(unowned, store.calls());
  }

  @Test
  void ownSession_isFoundAtOnce() {
    SessionState session = kept(manager.randomSession(ANN));
    store.calls();

    assertNotEquals(Optional.empty(), own(ANN, bare(session)));
    assertEquals(List.of("find"), store.calls());
  }

  @Test
  void sessionWhoseOwnerCannotBeRead_opensToNobody() throws Exception {
    SessionId name = SessionId.random();
    Path folder = Files.createDirectories(directory.resolve(name.value()));
    Files.writeString(folder.resolve("status.json"), "{\"owner\":17}");

    for (Owner asker : List.of(Owner.ANONYMOUS, ANN, Owner.UNREADABLE)) {
      assertEquals(Optional.empty(), own(asker, name));
    }
  }
}
