package dev.helix.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.blackbox.WholeApplication;
import dev.helix.reliability.CountedTests;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.servers.MariaDbServer;
import dev.helix.servers.PostgresServer;
import dev.helix.servers.RoundTrips;
import dev.helix.servers.SharedServers;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * One address, behind which another server takes the place of a primary that lives on and only
 * reads, with all connections that lead to it.
 */
@ExtendWith({SharedServers.class, CountedTests.class})
class JdbcFailOverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path directory;

  private static RawResponse turn(URI url, String conversation) {
    String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    return RawClient.exchange(
        url,
        "POST",
        "/v1/chat/completions",
        body.getBytes(UTF_8),
        "Content-Type",
        "application/json",
        "X-Conversation-ID",
        conversation);
  }

  private static RawResponse ready(URI url) {
    return RawClient.get(url, "/health/ready");
  }

  private static void awaitReady(URI url, int status) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (ready(url).status() != status) {
      assertTrue(System.nanoTime() < end, "it is not " + status + " in time");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /**
   * @param demote makes the first server one that only reads
   */
  private void failOver(Map<String, String> settings, RoundTrips address, int next, Runnable demote)
      throws Exception {
    settings.put("helix.store", "jdbc");
    try (WholeApplication application = new WholeApplication(directory, settings)) {
      URI url = application.url();
      application
          .upstream()
          .answerAlways(request -> Reply.json(200, Completions.completion("Hello yourself.")));
      assertEquals(200, turn(url, "a").status());
      demote.run();
      for (int i = 0; i < 3; i++) {
        RawResponse refused = turn(url, "a");
        assertEquals(503, refused.status(), refused::text);
        assertEquals("storage_unavailable", refused.json().at("/error/code").asText());
        assertEquals("5", refused.header("Retry-After"));
      }
      awaitReady(url, 503);
      address.leadTo(next);
      // All that is known of the old one is given up with the first failure.
      for (int i = 0; i < 3; i++) {
        RawResponse done = turn(url, "b" + i);
        assertEquals(200, done.status(), done::text);
      }
      awaitReady(url, 200);
    }
  }

  private static Map<String, String> through(
      RoundTrips address, int server, Map<String, String> settings) {
    settings.computeIfPresent(
        "helix.jdbc.url",
        (key, url) -> url.replace(":" + server + "/", ":" + address.port() + "/"));
    return settings;
  }

  @Test
  void oldPrimaryThatOnlyReads_isLeft_andTheNewOneIsUsedAtOnce_withPostgresql(PostgresServer next)
      throws Exception {
    String database = next.newDatabase();
    try (PostgresServer old = PostgresServer.begin();
        RoundTrips address = RoundTrips.before(old.port())) {
      old.execute("postgres", "create database " + database);
      failOver(
          through(address, old.port(), JdbcStores.settings(old, database)),
          address,
          next.port(),
          () -> {
            old.execute("postgres", "alter system set default_transaction_read_only = on");
            old.execute("postgres", "select pg_reload_conf()");
          });
    }
  }

  @Test
  void oldPrimaryThatOnlyReads_isLeft_andTheNewOneIsUsedAtOnce_withMariaDb(MariaDbServer next)
      throws Exception {
    String database = next.newDatabase();
    try (MariaDbServer old = MariaDbServer.begin();
        RoundTrips address = RoundTrips.before(old.port())) {
      old.execute("mysql", "create database " + database);
      for (MariaDbServer each : List.of(old, next)) {
        // One who may do everything may write to a server that only reads.
        each.execute("mysql", "create user " + database + "@'%' identified by 'secret'");
        each.execute("mysql", "grant all on " + database + ".* to " + database + "@'%'");
      }
      failOver(
          through(address, old.port(), JdbcStores.settings(old.url(database), database, "secret")),
          address,
          next.port(),
          () -> old.execute("mysql", "set global read_only = 1"));
    }
  }
}
