package dev.helix.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.ListedSession;
import dev.helix.session.Owner;
import dev.helix.session.SessionFilter;
import dev.helix.session.SessionFilter.Kept;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import dev.helix.transcript.LogVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archived sessions are in the lists by owner, each once. */
class ArchiveListTest {
  private static final Owner ANN = new Owner("acme", "ann");
  private static final Owner BOB = new Owner("acme", "bob");
  private static final Instant NOW = Instant.parse("2026-01-05T12:00:00.000001Z");

  @TempDir Path directory;

  private ArchiveFixture fixture() {
    return new ArchiveFixture(directory.resolve("archive"));
  }

  private static SessionId stored(SessionStore store, String name, Owner owner, int seconds) {
    SessionId id = new SessionId(name);
    SessionState state =
        SessionState.fresh(id, "c-" + name, owner, NOW.plusSeconds(seconds))
            .withStatus(SessionStatus.DISCUSSING);
    store.append(state, LogVersion.NONE, List.of(), null);
    return id;
  }

  /** The names, archived ones in brackets. */
  private static List<String> names(List<ListedSession> listed) {
    return listed.stream()
        .map(
            each ->
                each.archived()
                    ? "[" + each.state().sessionId() + "]"
                    : each.state().sessionId().value())
        .toList();
  }

  private static List<String> paged(SessionStore store, SessionFilter filter, int size) {
    List<String> names = new ArrayList<>();
    Position after = null;
    List<ListedSession> page;
    do {
      page = store.list(filter, after, size);
      names.addAll(names(page));
      after = page.isEmpty() ? null : Position.of(page.get(page.size() - 1).state());
    } while (page.size() == size);
    return names;
  }

  private static void assertListed(List<String> expected, SessionStore store, SessionFilter of) {
    for (int size : new int[] {1, 2, 50}) {
      assertEquals(expected, paged(store, of, size), of.toString());
    }
    assertEquals(expected.size(), store.count(of), of.toString());
  }

  private static void archive(SessionStore store, SessionId id) {
    assertTrue(store.archive(id, Instant.MAX));
  }

  @Test
  void archivedSessions_areListedAmongTheOthers_untilTheyAreRestoredOrDeleted() {
    ArchiveFixture fixture = fixture();
    SessionStore store = fixture.archiving(fixture.store);
    List<SessionId> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add(stored(store, "s" + i, i % 2 == 0 ? ANN : BOB, i));
    }
    SessionFilter anns = SessionFilter.of(ANN);
    assertListed(List.of("s6", "s4", "s2", "s0"), store, anns);
    for (int i : new int[] {0, 4, 5}) {
      archive(store, ids.get(i));
    }
    for (SessionStore server : List.of(store, fixture.archiving(fixture.store))) {
      assertListed(List.of("s6", "[s4]", "s2", "[s0]"), server, anns);
      assertListed(List.of("s7", "[s5]", "s3", "s1"), server, SessionFilter.of(BOB));
      assertListed(List.of("[s4]", "[s0]"), server, anns.in(Kept.ARCHIVE));
      assertListed(List.of("s6", "s2"), server, anns.in(Kept.STORE));
      assertListed(List.of("[s4]"), server, anns.withConversation("c-s4"));
      assertListed(
          List.of("[s4]", "s2"), server, anns.between(NOW.plusSeconds(1), NOW.plusSeconds(6)));
      assertEquals(8, paged(server, SessionFilter.ALL, 3).size());
    }
    assertTrue(store.isArchived(ids.get(4)));
    assertFalse(store.isArchived(ids.get(2)));
    assertFalse(store.isArchived(new SessionId("nobodys")));
    assertTrue(store.unarchive(ids.get(4)));
    assertFalse(store.unarchive(ids.get(4)));
    assertFalse(store.unarchive(new SessionId("nobodys")));
    assertListed(List.of("s6", "s4", "s2", "[s0]"), store, anns);
    assertTrue(store.delete(ids.get(0)));
    assertListed(List.of(), store, anns.in(Kept.ARCHIVE));
  }

  @Test
  void sessionThatIsInBoth_asACrashLeavesIt_isListedOnce_asTheStores() throws Exception {
    ArchiveFixture fixture = fixture();
    SessionStore store = fixture.archiving(fixture.store);
    SessionId id = stored(store, "both", ANN, 1);
    archive(store, id);
    Path zip = new Archive(fixture.folder, fixture.clock).find(id).orElseThrow();
    Files.copy(zip, directory.resolve("kept"));
    assertTrue(store.unarchive(id));
    Files.copy(directory.resolve("kept"), zip);
    SessionStore other = fixture.archiving(fixture.store);
    assertListed(List.of("both"), other, SessionFilter.of(ANN));
    assertListed(List.of(), other, SessionFilter.of(ANN).in(Kept.ARCHIVE));
  }

  @Test
  void listOfArchives_isKept_andMadeAnewWhereItIsDamagedOrBehind() throws Exception {
    ArchiveFixture fixture = fixture();
    SessionStore store = fixture.archiving(fixture.store);
    for (int i = 0; i < 120; i++) {
      archive(store, stored(store, "s" + i, i % 40 == 0 ? ANN : BOB, i));
    }
    List<String> expected = List.of("[s80]", "[s40]", "[s0]");
    assertListed(expected, store, SessionFilter.of(ANN));
    Path list = fixture.folder.resolve(ArchiveIndex.FILE);
    byte[] whole = Files.readAllBytes(list);
    String[] damages = {
      "", "junk\n", new String(whole, UTF_8).substring(100), "2026-01_s40.zip 1/1 5 -\n", null
    };
    for (String damage : damages) {
      if (damage == null) {
        Files.delete(list);
      } else {
        Files.write(list, damage.getBytes(UTF_8));
      }
      assertListed(expected, fixture.archiving(fixture.store), SessionFilter.of(ANN));
    }
    // An archive that was put in place of another counts as it is.
    Files.write(list, whole);
    Path s40 = new Archive(fixture.folder, fixture.clock).find(new SessionId("s40")).orElseThrow();
    SessionStore elsewhere =
        new ArchiveFixture(directory.resolve("elsewhere")).archiving(fixture.store);
    archive(elsewhere, stored(elsewhere, "s40", BOB, 40));
    Path other =
        new Archive(directory.resolve("elsewhere"), fixture.clock)
            .find(new SessionId("s40"))
            .orElseThrow();
    Files.move(other, s40, StandardCopyOption.REPLACE_EXISTING);
    assertListed(List.of("[s80]", "[s0]"), fixture.archiving(fixture.store), SessionFilter.of(ANN));
  }
}
