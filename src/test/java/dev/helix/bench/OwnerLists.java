package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import dev.helix.servers.PostgresServer;
import dev.helix.session.ListedSession;
import dev.helix.session.Owner;
import dev.helix.session.SessionFilter;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import dev.helix.transcript.LogVersion;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What it takes to list an owner's newest 50 sessions, the 50 behind them, and to count them all,
 * where there are 200,000 of 1,000 owners, each used in turn. Lists ask for one owner after the
 * other. In folders only the owners that are asked for have their sessions there; of the others
 * there is what a list reads of them, which is the order of last use. In PostgreSQL all rows are
 * there.
 */
final class OwnerLists {
  private static final int PAGE = 50;
  private static final int OWNERS = 1000;
  private static final int ASKED_FOR = 20;
  private static final long FIRST = 1_767_600_000_000_000L;
  private static final double MILLI = 1e6;
  private static final Goal GOAL = Goal.atMost(50);

  private final int each;
  private final int rounds;

  OwnerLists(boolean full) {
    this.each = full ? 200 : 110;
    this.rounds = full ? 15 : 2;
  }

  void run(Path folder, Results results) throws IOException {
    results.detail("owner_list_files", inFolders(folder.resolve("sessions"), results));
    results.detail("owner_list_postgresql", inPostgres(results));
  }

  private static Owner owner(int number) {
    return new Owner("acme", "user-" + number);
  }

  private static SessionId id(int owner, int number) {
    return new SessionId("conv-" + number + "-of-" + owner);
  }

  /** Each owner's sessions are used in turn with those of all others. */
  private static Instant used(int owner, int number) {
    return Instant.EPOCH.plusNanos(
        TimeUnit.MICROSECONDS.toNanos(FIRST + (long) number * OWNERS + owner));
  }

  private static SessionState state(int owner, int number) {
    SessionId id = id(owner, number);
    return SessionState.fresh(id, id.value(), owner(owner), used(owner, number))
        .withStatus(SessionStatus.DISCUSSING);
  }

  private ObjectNode inFolders(Path sessions, Results results) throws IOException {
    Files.createDirectories(sessions);
    for (int owner = 0; owner < ASKED_FOR; owner++) {
      for (int i = 0; i < each; i++) {
        Path session = Files.createDirectory(sessions.resolve(id(owner, i).value()));
        Files.write(session.resolve("status.json"), state(owner, i).toJson());
      }
    }
    order(sessions);
    try (SessionStore store =
        SessionStore.open("files", Map.of("helix.sessions.dir", sessions.toString())::get)) {
      return measure(store, "files", results);
    }
  }

  /** The order of last use as a server leaves it when it ends. */
  private void order(Path sessions) throws IOException {
    Path recent = Files.createDirectories(sessions.resolve(".recent"));
    Files.writeString(recent.resolve("log"), "");
    List<String> keys = new ArrayList<>();
    for (int owner = 0; owner < OWNERS; owner++) {
      keys.add(owner(owner).key());
    }
    try (BufferedWriter sorted =
        Files.newBufferedWriter(recent.resolve("sorted"), StandardCharsets.US_ASCII)) {
      for (int i = each - 1; i >= 0; i--) {
        for (int owner = OWNERS - 1; owner >= 0; owner--) {
          long micros = FIRST + (long) i * OWNERS + owner;
          sorted.write(micros + " " + id(owner, i) + " " + keys.get(owner) + "\n");
        }
      }
    }
    Files.write(
        sessions.resolve(".owner-secret"), "0".repeat(64).getBytes(StandardCharsets.US_ASCII));
    Files.writeString(sessions.resolve(".lock"), "");
    long changed = Files.getLastModifiedTime(sessions).to(TimeUnit.NANOSECONDS);
    Files.writeString(recent.resolve("mark"), "2 clean " + changed + "\n");
  }

  private ObjectNode inPostgres(Results results) throws IOException {
    try (PostgresServer server = PostgresServer.begin()) {
      Map<String, String> settings =
          Map.of(
              "helix.jdbc.url", server.url("postgres"),
              "helix.jdbc.user", server.user(),
              "helix.jdbc.password", server.password());
      try (SessionStore store = SessionStore.open("jdbc", settings::get)) {
        for (int owner = 0; owner < OWNERS; owner++) {
          store.append(state(owner, 0), LogVersion.NONE, List.of(), null);
        }
        // The others are made of each owner's first by the database.
        server.execute(
            "postgres",
            "insert into helix_session"
                + " (id, epoch, log_length, updated_at, holder, owner_key, state)"
                + " select replace(id, 'conv-0-', 'conv-' || n || '-'), epoch, log_length,"
                + " updated_at + n * "
                + OWNERS
                + ", holder, owner_key, state from helix_session, generate_series(1, "
                + (each - 1)
                + ") n");
        server.execute("postgres", "analyze helix_session");
        return measure(store, "PostgreSQL", results);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private ObjectNode measure(SessionStore store, String where, Results results) {
    List<Double> first = new ArrayList<>();
    List<Double> next = new ArrayList<>();
    List<Double> counts = new ArrayList<>();
    // As often again before anything counts, so that it is compiled.
    for (int round = -rounds; round < rounds; round++) {
      for (int owner = 0; owner < ASKED_FOR; owner++) {
        SessionFilter filter = SessionFilter.of(owner(owner));
        long start = System.nanoTime();
        List<ListedSession> page = store.list(filter, null, PAGE);
        long listed = System.nanoTime();
        List<ListedSession> behind =
            store.list(filter, Position.of(page.get(PAGE - 1).state()), PAGE);
        long paged = System.nanoTime();
        long count = store.count(filter);
        long counted = System.nanoTime();
        check(page, owner, each);
        check(behind, owner, each - PAGE);
        if (count != each) {
          throw new IllegalStateException("counted " + count);
        }
        if (round >= 0) {
          first.add((listed - start) / MILLI);
          next.add((paged - listed) / MILLI);
          counts.add((counted - paged) / MILLI);
        }
      }
    }
    String of = ManySessions.number((long) each * OWNERS) + " sessions in " + where + ", warm";
    results.add(Key.OWNER_LIST_200K_MS, of, Spread.of(first), GOAL);
    ObjectNode json = Json.object();
    json.set("list_ms", Spread.of(first).toJson());
    json.set("next_page_ms", Spread.of(next).toJson());
    json.set("count_ms", Spread.of(counts).toJson());
    System.out.println("  " + where + " " + json);
    return json;
  }

  private static void check(List<ListedSession> page, int owner, int behind) {
    for (int i = 0; i < PAGE; i++) {
      SessionId expected = id(owner, behind - 1 - i);
      if (!page.get(i).state().sessionId().equals(expected)) {
        throw new IllegalStateException("listed " + page.get(i) + " in place of " + expected);
      }
    }
  }
}
