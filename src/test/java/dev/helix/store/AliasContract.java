package dev.helix.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.message.Message;
import dev.helix.session.AdoptionRefusedException;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.OwnAliases;
import dev.helix.session.Owner;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionAliases;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.TurnRequest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every store must do with the names beside its own by which a session is found. */
interface AliasContract extends StoreUnderTest {
  Owner ADA = new Owner("t", "ada");
  Owner BOB = new Owner("t", "bob");
  String LONG = "Ein langer Name: über sechsundzwanzig Bytes";
  String CHANNEL = "channel:" + "x".repeat(40);

  private static Map<String, SessionId> all(SessionStore store) {
    Map<String, SessionId> all = new TreeMap<>();
    store.aliases().each(all::put);
    return all;
  }

  @Test
  default void anAlias_leadsToItsSession_untilItIsDropped_alsoAfterARestart() {
    String one = "0".repeat(32);
    String two = "f".repeat(32);
    SessionId a = new SessionId("conv-a");
    SessionId b = new SessionId("B".repeat(200));
    try (SessionStore store = open()) {
      assertEquals(Map.of(), all(store));
      assertEquals(Optional.empty(), store.aliases().find(one));
      store.aliases().drop(one, a);
      store.aliases().save(one, a);
      store.aliases().save(two, b);
      store.aliases().save(one, a);
    }
    try (SessionStore store = open()) {
      SessionAliases aliases = store.aliases();
      assertEquals(Optional.of(a), aliases.find(one));
      assertEquals(Map.of(one, a, two, b), all(store));
      aliases.save(one, b);
      aliases.drop(one, a);
      assertEquals(Optional.of(b), aliases.find(one));
      aliases.drop(one, b);
      assertEquals(List.of(), store.list(10));
    }
    try (SessionStore store = open()) {
      assertEquals(Map.of(two, b), all(store));
      store.aliases().drop(two, b);
      assertEquals(Map.of(), all(store));
    }
  }

  private static SessionState responded(SessionManager manager, Owner owner, String conversation) {
    SessionState session = manager.getOrCreateSession(owner, null, conversation);
    String node = ResponseNote.newNode();
    TurnRequest request =
        TurnRequest.of(List.of(Message.of("user", "Q")), HistoryMode.CLIENT)
            .responding(new ResponseNote(node, "{\"id\":\"resp_x\"}", false));
    return manager.beginTurn(session, request).session();
  }

  @Test
  default void aLongConversationWithAResponse_isFoundByItsDigits_andByItsOwnerAlone() {
    String digits = OwnAliases.digits(LONG);
    try (SessionManager manager = new SessionManager(open(), Clock.systemUTC())) {
      assertEquals(Optional.empty(), manager.aliases().find(ADA, digits));
      SessionState adas = responded(manager, ADA, LONG);
      assertEquals(adas.sessionId(), found(manager, ADA, digits));
      assertEquals(null, found(manager, BOB, digits));
      assertEquals(null, found(manager, Owner.ANONYMOUS, digits));
      SessionState nobodys = responded(manager, Owner.ANONYMOUS, LONG);
      assertEquals(nobodys.sessionId(), found(manager, Owner.ANONYMOUS, digits));
      assertEquals(adas.sessionId(), found(manager, ADA, digits));
      SessionState shared = responded(manager, ADA, CHANNEL);
      assertEquals(shared.sessionId(), found(manager, BOB, OwnAliases.digits(CHANNEL)));
      assertEquals(null, found(manager, new Owner("u", "ada"), OwnAliases.digits(CHANNEL)));
      assertThrows(
          AdoptionRefusedException.class, () -> manager.adopt(nobodys.sessionId(), ADA), "has one");
      assertEquals(nobodys.sessionId(), found(manager, Owner.ANONYMOUS, digits));
      SessionState unused = manager.adopt(nobodys.sessionId(), BOB);
      assertEquals(nobodys.sessionId(), found(manager, BOB, digits));
      assertEquals(null, found(manager, Owner.ANONYMOUS, digits));
    }
  }

  private static SessionId found(SessionManager manager, Owner owner, String digits) {
    return manager.aliases().find(owner, digits).map(SessionState::sessionId).orElse(null);
  }

  @Test
  default void anAlias_goesWithItsSession_andComesWithItsNextResponse() {
    String digits = OwnAliases.digits(LONG);
    SessionStore store = open();
    try (SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      SessionState first = responded(manager, ADA, LONG);
      assertEquals(1, all(store).size());
      assertEquals(true, manager.delete(first.sessionId()));
      assertEquals(Map.of(), all(store));
      assertEquals(null, found(manager, ADA, digits));
      // As one that was stored before there were aliases.
      SessionState again = manager.getOrCreateSession(ADA, null, LONG);
      OpenTurn unused =
          manager.beginTurn(again, List.of(Message.of("user", "Q")), HistoryMode.CLIENT);
      assertEquals(null, found(manager, ADA, digits));
      assertEquals(again.sessionId(), responded(manager, ADA, LONG).sessionId());
      assertEquals(again.sessionId(), found(manager, ADA, digits));
      SessionState bobs = responded(manager, BOB, LONG);
      assertEquals(2, all(store).size());
      assertEquals(true, manager.delete(bobs.sessionId()));
      assertEquals(1, all(store).size());
    }
  }

  @Test
  default void aShortName_needsNone() {
    SessionStore store = open();
    try (SessionManager manager = new SessionManager(store, Clock.systemUTC())) {
      for (String conversation :
          List.of("c", "550e8400-e29b-41d4-a716-446655440000", "conv_" + "0".repeat(32), "日本")) {
        SessionState unused = responded(manager, ADA, conversation);
      }
      assertEquals(Map.of(), all(store));
    }
  }
}
