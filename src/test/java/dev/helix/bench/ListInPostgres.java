package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.bench.ListNewest.Listed;
import dev.helix.scripted.Json;
import dev.helix.servers.PostgresServer;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.session.Step;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What it takes to list the newest 50 of very many sessions in PostgreSQL. One session is stored
 * through the store; the others are made of its row by the database, with ids, times and holders of
 * their own, in an order that has nothing to do with their last use, and without messages, which
 * lists do not read.
 */
final class ListInPostgres {
  private static final String TEMPLATE = "the-first-one";

  /** Without a common factor with the numbers of sessions, so that each number comes once. */
  private static final long STRIDE = 387_420_489;

  private final int sessions;
  private final ListNewest lists;

  ListInPostgres(boolean full) {
    this.sessions = full ? 1_000_000 : 50_000;
    this.lists = full ? new ListNewest(5, 100) : new ListNewest(2, 10);
  }

  void run(Results results) throws IOException {
    try (PostgresServer server = PostgresServer.begin()) {
      Map<String, String> settings =
          Map.of(
              "helix.jdbc.url", server.url("postgres"),
              "helix.jdbc.user", server.user(),
              "helix.jdbc.password", server.password());
      store(settings);
      long start = System.nanoTime();
      multiply(server);
      ObjectNode details = Json.object().put("sessions", sessions);
      details.put("made_s", (System.nanoTime() - start) / 1e9);
      details.set("before_analyze", new ListNewest(1, 10).of(sessions, "jdbc", settings).toJson());
      // As autovacuum does within a minute of so many inserts.
      server.execute("postgres", "analyze helix_session");
      server.stop();
      server.start(); // So that it has nothing in its buffers.
      Listed listed = lists.of(sessions, "jdbc", settings);
      details.setAll(listed.toJson());
      listed.into(results, ManySessions.number(sessions) + " sessions in PostgreSQL");
      results.detail("list_postgresql", details);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void store(Map<String, String> settings) {
    SessionState state =
        new SessionState(
            new SessionId(TEMPLATE),
            SessionStatus.DISCUSSING,
            Step.WHAT,
            ManyFolders.time(0),
            ManyFolders.time(0),
            "A question of somebody who asks only once.",
            null,
            TEMPLATE,
            Owner.ANONYMOUS);
    try (SessionStore store = SessionStore.open("jdbc", settings::get)) {
      SessionStore.Appended appended = store.append(state, LogVersion.NONE, List.of(), null);
      if (appended.outcome() != SessionStore.Outcome.DONE) {
        throw new IllegalStateException(appended.toString());
      }
    }
  }

  private void multiply(PostgresServer server) {
    server.execute(
        "postgres",
        "insert into helix_session (id, epoch, log_length, updated_at, holder, owner_key, state)"
            + " select 'conv-' || n, md5(n::text), log_length, updated_at + n,"
            + " sha256(n::text::bytea), owner_key, convert_to(replace(convert_from(state, 'UTF8'), '"
            + TEMPLATE
            + "', n::text), 'UTF8')"
            + " from helix_session, (select g * "
            + STRIDE
            + " % "
            + sessions
            + " as n from generate_series(0::bigint, "
            + (sessions - 1)
            + ") g) numbers");
    server.execute("postgres", "delete from helix_session where id = '" + TEMPLATE + "'");
  }
}
