package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Owners in session ids, in what is stored, and in what opens. */
class OwnerTest {
  private static final Owner ANN = new Owner("acme", "ann");
  private static final Owner BOB = new Owner("acme", "bob");
  private static final Owner ACME = new Owner("acme", null);

  @TempDir Path directory;
  private SessionFixture sessions;

  @BeforeEach
  void open() {
    sessions = new SessionFixture(directory);
  }

  @AfterEach
  void close() {
    sessions.close();
  }

  private SessionState session(Owner owner, String conversationId) {
    return sessions.manager().getOrCreateSession(owner, null, conversationId);
  }

  private SessionState say(SessionState session, String text) {
    OpenTurn turn =
        sessions
            .manager()
            .beginTurn(session, SessionFixture.messages("user: " + text), HistoryMode.CLIENT);
    return sessions
        .manager()
        .completeTurn(turn, List.of(SessionFixture.answer("ok", AnswerStatus.COMPLETED)));
  }

  private List<String> said(SessionState session) {
    return SessionFixture.texts(sessions.manager().transcript(session.sessionId()).messages());
  }

  @Test
  void noTwoOwners_haveTheSameBytes() {
    List<Owner> owners =
        List.of(
            Owner.ANONYMOUS,
            new Owner("a", null),
            new Owner(null, "a"),
            new Owner("a", "b"),
            new Owner("b", "a"),
            new Owner("ab", null),
            new Owner("a:b", null),
            new Owner("a", ":b"),
            new Owner("a:", "b"),
            new Owner("a\0", "b"),
            new Owner("a", "\0b"),
            new Owner("null", null),
            new Owner("null", "null"),
            new Owner(null, "null"),
            new Owner("?", null),
            new Owner("\ud800", null),
            new Owner("\udc00", null));
    Set<String> encodings = new HashSet<>();
    owners.forEach(
        owner ->
            assertTrue(
                encodings.add(encoded(owner.tenant()) + encoded(owner.user())), owner::toString));
  }

  private static String encoded(String name) {
    return HexFormat.of().formatHex(OwnerNames.encoded(name));
  }

  @Test
  void anonymousSession_isNamedAsEver_andMakesNoSecret() {
    assertEquals("conv-trip", session(Owner.ANONYMOUS, "trip").sessionId().value());
    assertFalse(Files.exists(directory.resolve(".owner-secret")));
  }

  @Test
  void ownersSession_hasTheOwnersHashLast_alsoAfterARestart() {
    String name = session(ANN, "trip").sessionId().value();
    assertTrue(name.matches("conv-trip-[0-9a-f]{16}"), name);
    String hash = name.substring(name.length() - 17);
    for (String other : List.of("x", "A b", "y".repeat(70))) {
      String form = SessionId.forConversation(other).value();
      assertEquals(form + hash, session(ANN, other).sessionId().value());
    }
    assertTrue(
        sessions
            .manager()
            .getOrCreateSession(ANN, "Hallo", null)
            .sessionId()
            .value()
            .equals("hallo-eaaa37b72e11" + hash));
    assertTrue(
        sessions
            .manager()
            .randomSession(ANN)
            .sessionId()
            .value()
            .matches("session-[0-9a-f]{32}" + hash));
    sessions.restart();
    assertEquals(name, session(ANN, "trip").sessionId().value());
  }

  @Test
  void anotherStore_hasOtherNames() {
    SessionId here = session(ANN, "trip").sessionId();
    try (SessionManager other =
        new SessionManager(
            FileSessionStore.open(directory.resolve("other")), new SteppingClock())) {
      assertNotEquals(here, other.getOrCreateSession(ANN, null, "trip").sessionId());
    }
  }

  @Test
  void ownersWithTheSameConversationId_neverMeet() {
    List<Owner> owners =
        List.of(Owner.ANONYMOUS, ANN, BOB, ACME, new Owner("other", "ann"), new Owner(null, "ann"));
    for (Owner owner : owners) {
      say(session(owner, "trip"), "I am " + owner);
      say(sessions.manager().getOrCreateSession(owner, "Hallo", null), "Hallo");
    }
    sessions.restart();
    for (Owner owner : owners) {
      assertEquals(List.of("I am " + owner, "ok"), said(session(owner, "trip")));
      assertEquals(owner, session(owner, "trip").owner());
      SessionState fallback = sessions.manager().getOrCreateSession(owner, "Hallo", null);
      assertEquals(List.of("Hallo", "ok"), said(fallback));
    }
    assertEquals(2 * owners.size(), sessions.manager().list(100).size());
  }

  @Test
  void anotherOwnersName_sentAsAConversationId_opensNothing() {
    SessionState anns = say(session(ANN, "trip"), "secret");
    String raw = anns.sessionId().value().substring("conv-".length());
    for (Owner asker : List.of(Owner.ANONYMOUS, BOB)) {
      SessionState other = session(asker, raw);
      assertEquals(SessionStatus.NEW, other.status());
      assertNotEquals(anns.sessionId(), other.sessionId());
    }
  }

  @Test
  void turnBegunUnderAnothersName_goesToASessionOfItsOwn() {
    SessionState mine = session(ANN, "trip");
    sessions.store().append(mine.withOwner(BOB), LogVersion.NONE, List.of(), null);
    SessionState after = say(mine, "mine");
    assertNotEquals(mine.sessionId(), after.sessionId());
    assertEquals(ANN, after.owner());
    assertEquals(List.of("mine", "ok"), said(session(ANN, "trip")));
  }

  @Test
  void channel_belongsToTheTenant() {
    say(session(ANN, "channel:7"), "hello all");
    assertEquals(List.of("hello all", "ok"), said(session(BOB, "channel:7")));
    assertEquals(ACME, session(BOB, "channel:7").owner());
    assertEquals(List.of(), said(session(new Owner("other", "ann"), "channel:7")));
  }

  @Test
  void adoptedSession_keepsItsName_opensToItsOwnerAlone_andGoesOn() {
    SessionState before = say(session(Owner.ANONYMOUS, "trip"), "long ago");
    SessionState adopted = sessions.manager().adopt(before.sessionId(), ANN);
    assertEquals(ANN, adopted.owner());
    for (int i = 0; i < 2; i++) {
      assertEquals("conv-trip", session(ANN, "trip").sessionId().value());
      assertEquals(List.of(), said(session(BOB, "trip")));
      SessionState anonymous = session(Owner.ANONYMOUS, "trip");
      assertTrue(anonymous.sessionId().value().matches("conv-trip-[0-9a-f]{16}"));
      assertEquals(SessionStatus.NEW, anonymous.status());
      sessions.restart();
    }
    say(session(Owner.ANONYMOUS, "trip"), "somebody else");
    say(session(ANN, "trip"), "again");
    sessions.restart();
    assertEquals(List.of("long ago", "ok", "again", "ok"), said(session(ANN, "trip")));
    assertEquals(List.of("somebody else", "ok"), said(session(Owner.ANONYMOUS, "trip")));
  }

  @Test
  void adoptedFolderOfTheOriginal_isFoundByItsLossyName() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("conv-My-Chat/context"));
    Files.writeString(folder.resolve("messages.json"), "[{\"role\":\"user\",\"content\":\"old\"}]");
    Files.writeString(
        folder.resolveSibling("status.json"), "{\"conversation_id\":\"My Chat\",\"mine\":1}");
    assertEquals(List.of("old"), said(session(Owner.ANONYMOUS, "My Chat")));
    assertEquals(List.of(), said(session(ANN, "My Chat")));
    sessions.manager().adopt(new SessionId("conv-My-Chat"), ANN);
    assertEquals(List.of("old"), said(session(ANN, "My Chat")));
    assertEquals(List.of(), said(session(Owner.ANONYMOUS, "My Chat")));
    String status = Files.readString(folder.resolveSibling("status.json"));
    assertTrue(status.contains("\"mine\": 1"), status);
  }

  @Test
  void adoptedFallbackSession_isFoundByItsFirstMessage() {
    SessionState before = say(sessions.manager().getOrCreateSession("Hallo", null), "Hallo");
    sessions.manager().adopt(before.sessionId(), ANN);
    SessionState adopted = sessions.manager().getOrCreateSession(ANN, "Hallo", null);
    assertEquals(before.sessionId(), adopted.sessionId());
    assertEquals(before.sessionId(), say(adopted, "Hallo").sessionId());
    assertEquals(SessionStatus.NEW, sessions.manager().getOrCreateSession("Hallo", null).status());
  }

  @Test
  void adoptedChannel_isTheTenants() {
    SessionState before = say(session(Owner.ANONYMOUS, "channel:7"), "hello");
    assertEquals(ACME, sessions.manager().adopt(before.sessionId(), ANN).owner());
    assertEquals(List.of("hello", "ok"), said(session(BOB, "channel:7")));
  }

  @Test
  void adopting_isRefused_whereItWouldTakeOrHideASession() {
    SessionManager manager = sessions.manager();
    SessionId absent = new SessionId("conv-absent");
    assertThrows(SessionException.class, () -> manager.adopt(absent, ANN));
    SessionId bobs = say(session(BOB, "trip"), "mine").sessionId();
    assertThrows(SessionException.class, () -> manager.adopt(bobs, ANN));
    SessionId old = say(session(Owner.ANONYMOUS, "trip"), "old").sessionId();
    SessionException hidden = assertThrows(SessionException.class, () -> manager.adopt(old, BOB));
    assertTrue(hidden.getMessage().contains(bobs.value()), hidden.getMessage());
    assertThrows(IllegalArgumentException.class, () -> manager.adopt(old, Owner.ANONYMOUS));
    assertEquals(Owner.ANONYMOUS, manager.find(old).orElseThrow().owner());
    assertEquals(List.of("old", "ok"), said(session(Owner.ANONYMOUS, "trip")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"acme\"",
        "7",
        "[]",
        "{}",
        "{\"tenant\":null,\"user\":null}",
        "{\"tenant\":\"acme\"}",
        "{\"tenant\":\"\",\"user\":\"ann\"}",
        "{\"tenant\":7,\"user\":\"ann\"}",
        "{\"tenant\":\"acme\",\"user\":\"\"}"
      })
  void sessionWhoseOwnerCannotBeRead_opensToNobody_andStaysAsItIs(String owner) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("conv-trip"));
    String status = "{\"conversation_id\":\"trip\",\"owner\":" + owner + "}";
    Files.writeString(folder.resolve("status.json"), status);
    for (Owner asker : List.of(Owner.ANONYMOUS, ANN, ACME, new Owner(null, "ann"))) {
      SessionState other = session(asker, "trip");
      assertEquals(SessionStatus.NEW, other.status());
      assertNotEquals("conv-trip", other.sessionId().value());
    }
    SessionState held = sessions.manager().find(new SessionId("conv-trip")).orElseThrow();
    assertEquals("(unreadable)", held.owner().toString());
    assertThrows(IllegalArgumentException.class, () -> session(held.owner(), "trip"));
    assertThrows(
        SessionException.class, () -> sessions.manager().adopt(new SessionId("conv-trip"), ANN));
    assertEquals(status, Files.readString(folder.resolve("status.json")));
  }

  @Test
  void ownerInStatusJson_isAnObject_andAbsentForNobody() {
    SessionId id = new SessionId("conv-x");
    Instant now = Instant.EPOCH;
    String anonymous =
        new String(SessionState.fresh(id, "x", Owner.ANONYMOUS, now).toJson(), UTF_8);
    assertFalse(anonymous.contains("owner"), anonymous);
    for (Owner owner : List.of(ANN, ACME, new Owner(null, "ann"), new Owner("ä\ud800", "\n"))) {
      SessionState state = SessionState.fresh(id, "x", owner, now);
      assertEquals(owner, SessionState.parse(id, state.toJson()).owner());
      String earlier = "{\"owner\":null,\"mine\":[1]}";
      byte[] onTop = state.toJson(earlier.getBytes(UTF_8));
      assertEquals(owner, SessionState.parse(id, onTop).owner());
      assertTrue(new String(onTop, UTF_8).contains("\"mine\""));
    }
    String acme = new String(SessionState.fresh(id, "x", ACME, now).toJson(), UTF_8);
    assertTrue(
        acme.contains("  \"owner\": {\n    \"tenant\": \"acme\",\n    \"user\": null\n  }"), acme);
  }

  @Test
  void changeOfState_cannotChangeTheOwner() {
    SessionId id = say(session(ANN, "trip"), "x").sessionId();
    assertThrows(
        IllegalArgumentException.class,
        () -> sessions.manager().updateState(id, state -> state.withOwner(BOB)));
    assertEquals(
        ANN, sessions.manager().updateState(id, state -> state.withStep(Step.WHY)).owner());
  }
}
