package dev.helix.store;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.ListedSession;
import dev.helix.session.Owner;
import dev.helix.session.SessionFilter;
import dev.helix.session.SessionFilter.Kept;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The sessions of one owner, of a conversation, of a time. */
interface OwnerListContract extends StoreUnderTest {
  Owner ANN = new Owner("acme", "ann");
  Owner BOB = new Owner("acme", "bob");

  /** Owners of whom some would be one another's if their names ran together. */
  List<Owner> OWNERS =
      List.of(
          Owner.ANONYMOUS,
          ANN,
          BOB,
          new Owner("acme", null),
          new Owner(null, "acme"),
          new Owner("ac", "meann"),
          new Owner("acmeann", null),
          new Owner("Zoë 日本", "x".repeat(512)));

  private static SessionState stored(SessionStore store, SessionState state) {
    store.append(state, LogVersion.NONE, List.of(element("1", "x")), null);
    return state;
  }

  private static SessionState of(Owner owner, String name, long seconds) {
    return state(name, "c-" + name).withOwner(owner).withUpdatedAt(NOW.plusSeconds(seconds));
  }

  /** Thirty sessions, of each owner in turn; the names of each, in the order of their list. */
  private static Map<String, List<String>> storeSome(SessionStore store) {
    Map<String, List<String>> expected = new TreeMap<>();
    for (int i = 0; i < 32; i++) {
      Owner owner = OWNERS.get(i % OWNERS.size());
      // Some have the form of a name with an owner's hash, which says nothing.
      String name = "s" + i + (i % 3 == 0 ? "-0123456789abcdef" : "");
      stored(store, of(owner, name, i / 2));
      expected.computeIfAbsent(key(owner), any -> new ArrayList<>()).add(0, name);
    }
    return expected;
  }

  private static String key(Owner owner) {
    return owner.tenant() + "/" + owner.user();
  }

  private static List<String> names(List<ListedSession> listed) {
    return listed.stream().map(each -> each.state().sessionId().value()).toList();
  }

  /** All pages of a list. */
  private static List<String> paged(SessionStore store, SessionFilter filter, int size) {
    List<String> names = new ArrayList<>();
    Position after = null;
    while (true) {
      List<ListedSession> page = store.list(filter, after, size);
      names.addAll(names(page));
      if (page.size() < size) {
        return names;
      }
      after = Position.of(page.get(page.size() - 1).state());
    }
  }

  private static void assertListed(Map<String, List<String>> expected, SessionStore store) {
    for (Owner owner : OWNERS) {
      List<String> its = expected.getOrDefault(key(owner), List.of());
      SessionFilter filter = SessionFilter.of(owner);
      assertEquals(its, paged(store, filter, 1), owner.toString());
      assertEquals(its, paged(store, filter, 3), owner.toString());
      assertEquals(its, names(store.list(filter, null, 1000)), owner.toString());
      assertEquals(its.size(), store.count(filter), owner.toString());
    }
    int all = expected.values().stream().mapToInt(List::size).sum();
    assertEquals(all, store.count(SessionFilter.ALL));
    assertEquals(all, store.list(SessionFilter.ALL, null, 1000).size());
  }

  @Test
  default void owner_hasTheirSessionsListedInPages_andCounted_andNobodyElses() {
    Map<String, List<String>> expected;
    try (SessionStore store = open()) {
      assertListed(Map.of(), store);
      expected = storeSome(store);
      assertListed(expected, store);
      SessionFilter stranger = SessionFilter.of(new Owner("acme", "nobody"));
      assertEquals(List.of(), store.list(stranger, null, 50));
      assertEquals(0, store.count(stranger));
      assertEquals(List.of(), store.list(SessionFilter.of(ANN), null, 0));
    }
    try (SessionStore store = open()) {
      assertListed(expected, store);
    }
  }

  @Test
  default void ownersList_followsUseAdoptionDeletionAndRestoring_alsoAfterReopening()
      throws IOException {
    Map<String, List<String>> expected;
    try (SessionStore store = open()) {
      expected = storeSome(store);
      // Used: to the front, by an append and by a change.
      List<String> anns = expected.get(key(ANN));
      String used = anns.remove(2);
      SessionId id = new SessionId(used);
      SessionState now = store.find(id).orElseThrow().withUpdatedAt(NOW.plusSeconds(90));
      store.append(
          now, store.read(id, LogVersion.NONE).version(), List.of(element("2", "y")), null);
      anns.add(0, used);
      String named = anns.remove(3);
      assertTrue(
          store
              .update(
                  new SessionId(named),
                  it -> it.withName("a name").withUpdatedAt(NOW.plusSeconds(91)))
              .isPresent());
      anns.add(0, named);
      assertListed(expected, store);
      assertEquals("a name", store.list(SessionFilter.of(ANN), null, 1).get(0).state().title());
      // Adopted: from the anonymous owner's into Bob's, where its time says.
      String adopted = expected.get(key(Owner.ANONYMOUS)).remove(0);
      assertTrue(store.adopt(new SessionId(adopted), BOB));
      expected.get(key(BOB)).add(0, adopted);
      expected.get(key(BOB)).sort((one, other) -> place(store, other).compareTo(place(store, one)));
      assertListed(expected, store);
      // Deleted, and another one of its name, of another owner.
      String gone = expected.get(key(BOB)).remove(1);
      assertTrue(store.delete(new SessionId(gone)));
      assertListed(expected, store);
      stored(store, of(ANN, gone, 99));
      anns.add(0, gone);
      assertListed(expected, store);
      // Taken out and put back.
      List<SessionStoreFile> files = new ArrayList<>();
      SessionId moved = new SessionId(anns.get(1));
      assertTrue(
          store.remove(
              moved,
              Instant.MAX,
              (path, content) -> files.add(new SessionStoreFile(path, content))));
      anns.remove(1);
      assertListed(expected, store);
      assertTrue(
          store.restore(
              moved,
              visitor -> {
                for (SessionStoreFile file : files) {
                  visitor.file(file.path(), file.content());
                }
                visitor.end();
              }));
      anns.add(1, moved.value());
      assertListed(expected, store);
      SessionState made = of(BOB, "made-and-unmade", 100);
      LogVersion version =
          store.append(made, LogVersion.NONE, List.of(element("1", "x")), null).version();
      assertTrue(store.unmake(made, version));
      assertListed(expected, store);
    }
    try (SessionStore store = open()) {
      assertListed(expected, store);
    }
  }

  private static String place(SessionStore store, String name) {
    return store.find(new SessionId(name)).orElseThrow().updatedAt() + " " + name;
  }

  /** A file of a session. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares two.
  record SessionStoreFile(String path, byte[] content) {}

  @Test
  default void list_isOfAConversationATimeAndAPlace_asAskedFor() {
    try (SessionStore store = open()) {
      Map<String, List<String>> expected = storeSome(store);
      List<String> anns = expected.get(key(ANN)); // Of the seconds 12, 8, 4 and 0.
      SessionFilter of = SessionFilter.of(ANN);
      Object[][] table = {
        {of.between(NOW.plusSeconds(4), null), anns.subList(0, 3)},
        {of.between(NOW.plusSeconds(5), null), anns.subList(0, 2)},
        {of.between(null, NOW.plusSeconds(8)), anns.subList(2, 4)},
        {of.between(null, NOW.plusSeconds(9)), anns.subList(1, 4)},
        {of.between(NOW.plusSeconds(4), NOW.plusSeconds(12)), anns.subList(1, 3)},
        {of.between(NOW.plusSeconds(40), null), List.of()},
        {of.between(NOW.plusSeconds(8), NOW.plusSeconds(8)), List.of()},
        {of.withConversation("c-" + anns.get(1)), anns.subList(1, 2)},
        {of.withConversation("c-" + expected.get(key(BOB)).get(0)), List.of()},
        {SessionFilter.ALL.withConversation("c-" + anns.get(1)), anns.subList(1, 2)},
        {of.in(Kept.STORE), anns},
        {of.in(Kept.ARCHIVE), List.of()},
      };
      for (Object[] row : table) {
        SessionFilter filter = (SessionFilter) row[0];
        assertEquals(row[1], paged(store, filter, 50), filter.toString());
        assertEquals(row[1], paged(store, filter, 1), filter.toString());
        assertEquals(((List<?>) row[1]).size(), store.count(filter), filter.toString());
      }
      assertFalse(store.isArchived(new SessionId(anns.get(0))));
      assertEquals(
          32, store.count(SessionFilter.ALL.between(NOW.minusSeconds(1), NOW.plusSeconds(20))));
      assertEquals(2, store.count(SessionFilter.ALL.between(NOW, NOW.plusSeconds(1))));
    }
  }

  @Test
  default void sessionsThatAreUsedWhileTheListIsPaged_areNeverTwice_andAllOthersOnce() {
    try (SessionStore store = open()) {
      List<String> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        all.add(0, "s" + i);
        stored(store, of(ANN, "s" + i, i));
      }
      List<String> seen = new ArrayList<>();
      List<String> used = new ArrayList<>();
      Position after = null;
      for (int page = 0; page < 10; page++) {
        List<ListedSession> listed = store.list(SessionFilter.of(ANN), after, 4);
        seen.addAll(names(listed));
        if (listed.isEmpty()) {
          break;
        }
        after = Position.of(listed.get(listed.size() - 1).state());
        for (String name : List.of(seen.get(seen.size() - 1), "s" + page)) {
          SessionId id = new SessionId(name);
          SessionState state = store.find(id).orElseThrow();
          store.append(
              state.withUpdatedAt(NOW.plusSeconds(100 + page)),
              store.read(id, LogVersion.NONE).version(),
              List.of(element("u" + page, "again")),
              null);
          used.add(name);
        }
      }
      assertEquals(seen.size(), seen.stream().distinct().count());
      List<String> unused = new ArrayList<>(all);
      unused.removeAll(used);
      assertTrue(seen.containsAll(unused), seen + " lacks some of " + unused);
      assertEquals(30, store.count(SessionFilter.of(ANN)));
    }
  }
}
