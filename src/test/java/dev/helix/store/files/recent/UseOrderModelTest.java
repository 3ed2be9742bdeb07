package dev.helix.store.files.recent;

import static dev.helix.store.SessionStoreContract.NOW;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import dev.helix.store.MemoryFolder;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * The order of last use over random uses, whose times go forward and back and are often the same,
 * against a map. So few sessions are held in memory that files are sorted and merged all the time.
 */
class UseOrderModelTest {
  private static final int IN_MEMORY = 4;
  private static final int SESSIONS = 30;

  /** Something that happens to the order. Immutable. */
  sealed interface Event {
    /** A session is used, or made. */
    record Used(int session, int micros) implements Event {}

    /** Many sessions are used one after the other. */
    record AllUsed(int first, int count, int micros) implements Event {}

    record Removed(int session) implements Event {}

    /** Another program changes when a session was last used. */
    record Changed(int session, int micros) implements Event {}

    /** The server ends as it should, and another one starts. */
    record Reopened() implements Event {}

    /** The power fails, and so many characters that were written last are not on the disk. */
    record Killed(int lost) implements Event {}

    /** Somebody reads page after page, and between them sessions are used and removed. */
    record Walked(int size, List<Event> between) implements Event {}
  }

  @Property(tries = 200, seed = "2026", edgeCases = EdgeCasesMode.NONE)
  void everySessionIsListedOnce_inTheOrderOfLastUse(@ForAll("events") List<Event> events)
      throws IOException {
    Path directory = MemoryFolder.create();
    try (Server server = new Server(directory.resolve("sessions"))) {
      events.forEach(server::play);
      server.play(new Event.Walked(3, List.of()));
      server.play(new Event.Reopened());
      server.play(new Event.Walked(5, List.of()));
    } finally {
      Disk.deleteTree(directory);
    }
  }

  @Provide
  Arbitrary<List<Event>> events() {
    Arbitrary<Integer> session = Arbitraries.integers().between(0, SESSIONS - 1);
    Arbitrary<Integer> micros = Arbitraries.integers().between(0, 20);
    Arbitrary<Event> used = Combinators.combine(session, micros).as(Event.Used::new);
    Arbitrary<Event> removed = session.map(Event.Removed::new);
    Arbitrary<Event> walked =
        Combinators.combine(
                Arbitraries.integers().between(1, 7),
                Arbitraries.frequencyOf(Tuple.of(3, used), Tuple.of(1, removed))
                    .list()
                    .ofMaxSize(6))
            .as(Event.Walked::new);
    return Arbitraries.frequencyOf(
            Tuple.of(12, used),
            Tuple.of(
                3,
                Combinators.combine(session, Arbitraries.integers().between(3, 15), micros)
                    .as(Event.AllUsed::new)),
            Tuple.of(4, removed),
            Tuple.of(2, Combinators.combine(session, micros).as(Event.Changed::new)),
            Tuple.of(1, Arbitraries.just(new Event.Reopened())),
            Tuple.of(1, Arbitraries.integers().between(0, 100).map(Event.Killed::new)),
            Tuple.of(5, walked))
        .list()
        .ofMinSize(5)
        .ofMaxSize(40);
  }

  /** A server of which there is only the order, and the sessions as they are. */
  private static final class Server implements AutoCloseable {
    private final Map<SessionId, SessionState> states = new HashMap<>();

    /** What happened since a walk began. */
    private final Set<SessionId> touched = new HashSet<>();

    private final Path sessions;
    private UseOrder order;

    /** Whether another program's changes may not have been met yet. */
    private boolean changed;

    Server(Path sessions) throws IOException {
      this.sessions = Files.createDirectories(sessions);
      this.order = new UseOrder(sessions, IN_MEMORY);
    }

    void play(Event event) {
      try {
        if (event instanceof Event.Used used) {
          use(used.session(), used.micros());
        } else if (event instanceof Event.AllUsed all) {
          for (int i = 0; i < all.count(); i++) {
            use((all.first() + i) % SESSIONS, all.micros());
          }
        } else if (event instanceof Event.Removed removed) {
          remove(id(removed.session()));
        } else if (event instanceof Event.Changed change) {
          if (states.containsKey(id(change.session()))) {
            store(at(change.session(), change.micros()));
            changed = true;
          }
        } else if (event instanceof Event.Walked walked) {
          walk(walked);
        } else if (event instanceof Event.Killed kill) {
          kill(kill.lost());
        } else {
          order.close();
          order = new UseOrder(sessions, IN_MEMORY);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static SessionId id(int session) {
      return new SessionId("conv-" + session);
    }

    private static SessionState at(int session, int micros) {
      return state("conv-" + session, "" + session).withUpdatedAt(NOW.plusNanos(micros * 1000L));
    }

    private void store(SessionState state) throws IOException {
      states.put(state.sessionId(), state);
      Path folder = Files.createDirectories(sessions.resolve(state.sessionId().value()));
      Files.write(folder.resolve("status.json"), state.toJson());
    }

    private void use(int session, int micros) throws IOException {
      SessionState used = at(session, micros);
      touched.add(used.sessionId());
      order.used(Use.of(used));
      store(used);
    }

    private void remove(SessionId id) throws IOException {
      touched.add(id);
      if (states.remove(id) != null) {
        Disk.deleteTree(sessions.resolve(id.value()));
        order.forget(id);
      }
    }

    /** The mark and a part of the log are all that the next server finds. */
    private void kill(int lost) throws IOException {
      Path recent = sessions.resolve(".recent");
      boolean marked = Files.exists(recent.resolve("mark"));
      String log = Files.readString(recent.resolve("log"));
      order.close();
      Disk.deleteTree(recent);
      Files.createDirectories(recent);
      if (marked) {
        new UseFolder(sessions).markInUse();
      }
      Files.writeString(recent.resolve("log"), log.substring(0, Math.max(0, log.length() - lost)));
      order = new UseOrder(sessions, IN_MEMORY);
      // Which waits for a look at all sessions; until then lists are nearly right only.
      List<SessionState> unused = order.list(null, 1, this::find);
      changed = false;
    }

    private Optional<SessionState> find(SessionId id) {
      return Optional.ofNullable(states.get(id));
    }

    private void walk(Event.Walked walked) {
      if (changed) {
        List<SessionId> unused = pages(2, List.of());
        changed = false;
      }
      List<SessionId> before = sorted();
      touched.clear();
      List<SessionId> listed = new ArrayList<>(pages(walked.size(), walked.between()));
      before.removeAll(touched);
      listed.removeAll(touched);
      assertEquals(before, listed);
      assertEquals(sorted(), pages(walked.size(), List.of()));
    }

    private List<SessionId> sorted() {
      return new ArrayList<>(
          states.values().stream()
              .sorted(
                  Comparator.comparing(SessionState::updatedAt)
                      .thenComparing(state -> state.sessionId().value())
                      .reversed())
              .map(SessionState::sessionId)
              .toList());
    }

    /** All pages, with one of the events after each, and all that are left after the last. */
    private List<SessionId> pages(int size, List<Event> between) {
      List<SessionId> listed = new ArrayList<>();
      List<Event> left = new ArrayList<>(between);
      Position after = null;
      while (true) {
        List<SessionState> page = order.list(after, size, this::find);
        page.forEach(state -> assertEquals(states.get(state.sessionId()), state));
        page.forEach(state -> listed.add(state.sessionId()));
        if (page.size() < size) {
          return listed;
        }
        after = Position.of(page.get(page.size() - 1));
        if (!left.isEmpty()) {
          play(left.remove(0));
        }
      }
    }

    @Override
    public void close() {
      order.close();
    }
  }
}
