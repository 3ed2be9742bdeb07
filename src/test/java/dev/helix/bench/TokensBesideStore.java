package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import dev.helix.servers.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How late the tokens of open streams are while other turns wait for a store that is far away: a
 * PostgreSQL whose every answer takes 20 ms, 60 turns beginning and ending a second, and 100
 * streams with a token a second each.
 */
final class TokensBesideStore {
  private static final Duration AWAY = Duration.ofMillis(20);
  private static final int TURNS_A_SECOND = 60;
  private static final int STREAMS = 100;
  private static final Goal GOAL = Goal.atMost(50);

  private final int seconds;

  /** A measurement of so many seconds. */
  TokensBesideStore(int seconds) {
    this.seconds = seconds;
  }

  void run(Path folder, Results results) throws IOException {
    try (PostgresServer database = PostgresServer.begin();
        DistantServer distant = new DistantServer(database.port(), AWAY);
        Upstream upstream = Upstream.start();
        BenchServer server =
            new BenchServer(
                ServerUnderTest.launcher(),
                folder,
                upstream.url(),
                Map.of(
                    "helix.store", "jdbc",
                    "helix.jdbc.url",
                        database
                            .url("postgres")
                            .replace(":" + database.port() + "/", ":" + distant.port() + "/"),
                    "helix.jdbc.user", database.user(),
                    "helix.jdbc.password", database.password()))) {
      Turns turns = new Turns(server.url());
      ObjectNode figures = Json.object();
      try (Child load =
          Child.start(
              StreamLoad.class,
              server.url().toString(),
              "" + STREAMS,
              "" + (seconds + 15),
              "" + seconds,
              "distant",
              Api.CHAT.name())) {
        ScheduledFuture<?> calls = turns.start();
        OpenStreams.expect(load, "OPEN");
        int before = turns.ended();
        OpenStreams.expect(load, "QUIET");
        figures.put("turns_a_second", (turns.ended() - before) / (double) seconds);
        calls.cancel(false);
        figures.setAll(OpenStreams.finished(load, STREAMS));
      } finally {
        turns.close();
      }
      if (turns.failed() > 0) {
        throw new IllegalStateException(turns.failed() + " turns failed beside the streams");
      }
      results.detail("tokens_beside_distant_store", figures);
      results.add(
          Key.LATE_TOKENS_MS,
          "99 of 100 tokens of 100 streams, beside 60 turns a second and a PostgreSQL 20 ms away",
          figures.path("p99_ms").asDouble(),
          GOAL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Turns that begin one after the other at even times, each in a conversation of its own. */
  private static final class Turns implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final URI endpoint;

    Turns(URI server) {
      this.endpoint = server.resolve("v1/chat/completions");
    }

    ScheduledFuture<?> start() {
      return clock.scheduleAtFixedRate(
          this::begin, 0, 1_000_000_000 / TURNS_A_SECOND, TimeUnit.NANOSECONDS);
    }

    private void begin() {
      int number = begun.incrementAndGet();
      HttpRequest request =
          HttpRequest.newBuilder(endpoint)
              .header("Content-Type", "application/json")
              .header("X-Conversation-ID", "beside-" + number)
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"model\":\"whole\",\"messages\":[{\"role\":\"user\",\"content\":\"Say "
                          + number
                          + "\"}]}"))
              .build();
      CompletableFuture<?> unused =
          client
              .sendAsync(request, HttpResponse.BodyHandlers.discarding())
              .whenComplete(
                  (response, failure) -> {
                    if (failure == null && response.statusCode() == 200) {
                      ended.incrementAndGet();
                    } else {
                      failed.incrementAndGet();
                    }
                  });
    }

    int ended() {
      return ended.get();
    }

    int failed() {
      return failed.get();
    }

    @Override
    public void close() {
      clock.shutdownNow();
    }
  }
}
