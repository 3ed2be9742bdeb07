package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.archive.Archive;
import dev.helix.message.Message;
import dev.helix.scripted.LoggedLines;
import dev.helix.store.MemorySessionStore;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may see and do what, and what the audit log says of it. */
class SessionsTest {
  private static final Owner ANN = new Owner("acme", "ann");
  private static final Owner BOB = new Owner("acme", "bob");
  private static final Owner ROOT = new Owner("ops", null);
  private static final SessionId UNKNOWN = new SessionId("nobodys");

  @TempDir Path directory;
  private final MovedClock clock = new MovedClock("2026-01-05T12:00:00Z");
  private SessionManager manager;
  private CountedReads counted;
  private LoggedLines audit;
  private SessionId anns;

  /**
   * All that is done to one session, by its method; each answers what it gave, or what it threw.
   */
  private static final Map<String, Function<Sessions, Function<SessionId, Object>>> DEEDS =
      new LinkedHashMap<>();

  static {
    DEEDS.put("find", sessions -> sessions::find);
    DEEDS.put("transcript", sessions -> sessions::transcript);
    DEEDS.put("rename", sessions -> id -> sessions.rename(id, "Hers"));
    DEEDS.put("archive", sessions -> sessions::archive);
    DEEDS.put("restore", sessions -> sessions::restore);
    DEEDS.put("adopt", sessions -> id -> sessions.adopt(id, BOB));
    DEEDS.put("delete", sessions -> sessions::delete);
  }

  @BeforeEach
  void open() {
    counted =
        new CountedReads(
            new Archive(directory.resolve("archive"), clock).before(new MemorySessionStore(clock)));
    manager = new SessionManager(counted.store(), clock);
    anns = say(ANN, "a", "How tall is it?");
    clock.move(Duration.ofHours(1));
    audit = LoggedLines.of("dev.helix.audit");
  }

  @AfterEach
  void close() {
    audit.close();
    manager.close();
  }

  private SessionId say(Owner owner, String conversation, String text) {
    OpenTurn turn =
        manager.beginTurn(
            manager.getOrCreateSession(owner, null, conversation),
            List.of(Message.of("user", text)),
            HistoryMode.CLIENT);
    clock.move(Duration.ofSeconds(1));
    return manager.completeTurn(turn, List.of()).sessionId();
  }

  private Sessions as(Viewer viewer) {
    return new Sessions(manager, viewer);
  }

  private Sessions owner(Owner owner) {
    return as(Viewer.owner(owner, "127.0.0.1"));
  }

  private Sessions operator(boolean readsTexts) {
    return as(Viewer.operator(ROOT, "10.0.0.9", readsTexts));
  }

  private static Object done(
      Function<Sessions, Function<SessionId, Object>> deed, Sessions as, SessionId id) {
    try {
      return deed.apply(as).apply(id);
    } catch (TextsWithheldException | AdoptionRefusedException e) {
      return e.getClass().getSimpleName();
    }
  }

  private static List<String> ids(Sessions.Page page) {
    return page.sessions().stream().map(each -> each.id().value()).toList();
  }

  @Test
  void theTableOfDeeds_hasEveryMethodThatTakesASession() {
    Set<String> taking =
        Stream.of(Sessions.class.getDeclaredMethods())
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .filter(method -> List.of(method.getParameterTypes()).contains(SessionId.class))
            .map(Method::getName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(DEEDS.keySet()), taking);
  }

  @Test
  void foreignSession_isToItsNeighboursAsOneThatIsNot_andNothingIsDoneToIt() {
    SessionState before = manager.find(anns).orElseThrow();
    for (Owner stranger :
        List.of(BOB, new Owner("acme", null), Owner.ANONYMOUS, new Owner(null, "ann"), ROOT)) {
      DEEDS.forEach(
          (name, deed) -> {
            List<String> unused = counted.calls();
            Object unknown = done(deed, owner(stranger), UNKNOWN);
            List<String> askedForUnknown = counted.calls();
            Object foreign = done(deed, owner(stranger), anns);
            assertEquals(unknown, foreign, name);
            assertTrue(foreign.equals(Optional.empty()) || foreign.equals(false), name);
            assertEquals(askedForUnknown, counted.calls(), name + " asks the store the same");
          });
      assertEquals(List.of(), ids(owner(stranger).list(SessionFilter.ALL, null, 9)));
      assertEquals(List.of(), ids(owner(stranger).list(SessionFilter.of(ANN), null, 9)));
      assertEquals(0, owner(stranger).count(SessionFilter.of(ANN)));
      assertEquals(0, owner(stranger).count(SessionFilter.ALL));
    }
    assertEquals(Optional.of(before), manager.find(anns));
  }

  @Test
  void owner_listsReadsNamesArchivesRestoresAndDeletesWhatIsTheirs() {
    Sessions hers = owner(ANN);
    SessionId second = say(ANN, "b", "  Another\n one? ");
    assertEquals(List.of(second.value(), anns.value()), ids(hers.list(SessionFilter.ALL, null, 9)));
    assertEquals("Another one?", hers.find(second).orElseThrow().title());
    assertEquals("How tall is it?", hers.transcript(anns).orElseThrow().messages().get(0).text());
    SessionState before = manager.find(anns).orElseThrow();
    assertEquals("Height \u202e!", hers.rename(anns, " Height\n\u202e!").orElseThrow().title());
    assertEquals(
        before.updatedAt(), manager.find(anns).orElseThrow().updatedAt(), "which is no use of it");
    assertEquals("How tall is it?", hers.rename(anns, " ").orElseThrow().title());
    assertThrows(IllegalArgumentException.class, () -> hers.rename(anns, "x".repeat(201)));
    assertFalse(hers.archive(second).orElseThrow().archived(), "it is in use");
    assertTrue(hers.archive(anns).orElseThrow().archived());
    assertTrue(hers.archive(anns).orElseThrow().archived(), "as it was before");
    assertTrue(hers.find(anns).orElseThrow().archived());
    assertEquals(2, hers.count(SessionFilter.ALL));
    assertNotNull(hers.transcript(anns).orElseThrow());
    assertFalse(hers.restore(anns).orElseThrow().archived());
    assertFalse(hers.restore(anns).orElseThrow().archived(), "nothing to do");
    assertEquals(Optional.empty(), hers.adopt(anns, BOB), "for operators");
    assertTrue(hers.delete(anns));
    assertFalse(hers.delete(anns));
    assertEquals(List.of(second.value()), ids(hers.list(SessionFilter.ALL, null, 9)));
  }

  @Test
  void operator_seesAll_andWithoutTextsNothingThatOthersWrote() {
    SessionId own = say(ROOT, "mine", "My own words");
    clock.move(Duration.ofHours(1));
    Sessions reading = operator(true);
    Sessions blind = operator(false);
    assertEquals(List.of(own.value(), anns.value()), ids(blind.list(SessionFilter.ALL, null, 9)));
    assertEquals(2, blind.count(SessionFilter.ALL));
    assertEquals(List.of(anns.value()), ids(blind.list(SessionFilter.of(ANN), null, 9)));
    assertEquals("How tall is it?", reading.find(anns).orElseThrow().title());
    assertNull(blind.find(anns).orElseThrow().title());
    assertNull(blind.list(SessionFilter.of(ANN), null, 9).sessions().get(0).title());
    assertEquals("My own words", blind.find(own).orElseThrow().title());
    assertTrue(reading.transcript(anns).isPresent());
    assertThrows(TextsWithheldException.class, () -> blind.transcript(anns));
    assertThrows(TextsWithheldException.class, () -> blind.rename(anns, "Seen"));
    assertTrue(blind.transcript(own).isPresent());
    assertEquals(Optional.empty(), blind.transcript(UNKNOWN));
    assertTrue(blind.archive(anns).orElseThrow().archived());
    assertNull(blind.restore(anns).orElseThrow().title());
    assertTrue(blind.delete(anns));
  }

  @Test
  void adopting_isForOperators_andGivesNoTextsToWhoMayNotReadThem() {
    SessionId nobodys = say(Owner.ANONYMOUS, "n", "Whose is it?");
    assertThrows(TextsWithheldException.class, () -> operator(false).adopt(nobodys, ROOT));
    assertThrows(AdoptionRefusedException.class, () -> operator(true).adopt(anns, BOB));
    assertEquals(Optional.empty(), operator(true).adopt(UNKNOWN, BOB));
    assertEquals(Optional.empty(), owner(Owner.ANONYMOUS).adopt(nobodys, BOB));
    assertEquals(BOB, operator(false).adopt(nobodys, BOB).orElseThrow().owner());
    assertEquals(List.of(nobodys.value()), ids(owner(BOB).list(SessionFilter.ALL, null, 9)));
    assertEquals(List.of(), ids(owner(Owner.ANONYMOUS).list(SessionFilter.ALL, null, 9)));
  }

  @Test
  void pages_goOnWhereTheyEnded_andACursorThatNeverWas_isRefused() {
    List<String> all = new ArrayList<>(List.of(anns.value()));
    for (int i = 0; i < 6; i++) {
      all.add(0, say(ANN, "c" + i, "no. " + i).value());
    }
    assertEquals(all, ids(owner(ANN).list(SessionFilter.ALL, null, Integer.MAX_VALUE)));
    List<String> seen = new ArrayList<>();
    String next = null;
    do {
      Sessions.Page page = owner(ANN).list(SessionFilter.ALL, next, 3);
      seen.addAll(ids(page));
      next = page.next();
    } while (next != null);
    assertEquals(all, seen);
    assertNull(owner(ANN).list(SessionFilter.ALL, null, 7).next(), "none is left");
    for (String never :
        List.of(
            "",
            "~",
            "x",
            "2026-01-05T12:00:00Z",
            "2026-01-05T12:00:00Z~",
            "1~conv-a",
            "2026-01-05T12:00:00Z~../x",
            "~conv-a",
            "2026-13-05T12:00:00Z~conv-a")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> owner(ANN).list(SessionFilter.ALL, never, 3),
          never);
    }
    assertThrows(IllegalArgumentException.class, () -> owner(ANN).list(SessionFilter.ALL, null, 0));
  }

  @Test
  void auditLog_saysWhoDidWhatToWhich_alsoOfReadingAndOfWhatWasRefused_onOneLine() {
    Sessions hers = owner(ANN);
    hers.list(SessionFilter.ALL, null, 9);
    hers.find(anns);
    hers.transcript(anns);
    owner(BOB).delete(anns);
    assertThrows(TextsWithheldException.class, () -> operator(false).transcript(anns));
    operator(true).count(SessionFilter.of(ANN));
    as(Viewer.owner(new Owner("a\nb", "\u202ec \"d\""), "::1\r\nresult=done")).find(UNKNOWN);
    String ann = "tenant=acme user=ann role=owner from=127.0.0.1 did=";
    assertEquals(
        List.of(
            ann + "list session=- result=1",
            ann + "read session=" + anns + " result=done",
            ann + "read-messages session=" + anns + " result=done",
            "tenant=acme user=bob role=owner from=127.0.0.1 did=delete session="
                + anns
                + " result=none",
            "tenant=ops user=- role=operator_without_texts from=10.0.0.9 did=read-messages session="
                + anns
                + " result=refused",
            "tenant=ops user=- role=operator from=10.0.0.9 did=count session=- of=acme:ann"
                + " result=1",
            "tenant=\"a\\u000ab\" user=\"\\u202ec \\u0022d\\u0022\" role=owner"
                + " from=\"::1\\u000d\\u000aresult=done\" did=read session=nobodys result=none"),
        audit.all());
  }

  @Test
  void deedThatFails_isInTheAuditLog() {
    Sessions hers = owner(ANN);
    SessionManager bare = new SessionManager(new MemorySessionStore(clock), clock);
    Sessions without = new Sessions(bare, Viewer.owner(ANN, "x"));
    OpenTurn turn =
        bare.beginTurn(
            bare.getOrCreateSession(ANN, null, "a"),
            List.of(Message.of("user", "x")),
            HistoryMode.CLIENT);
    SessionId id = bare.completeTurn(turn, List.of()).sessionId();
    assertThrows(IllegalStateException.class, () -> without.archive(id));
    assertTrue(audit.all().get(0).endsWith("did=archive session=" + id + " result=failed"));
    assertTrue(hers.find(anns).isPresent());
  }
}
