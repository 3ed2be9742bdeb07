package dev.helix.blackbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.appserver.AppServers;
import dev.helix.reliability.CountedTests;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.ScriptedUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What one caller can do to all others: nothing that they would notice. How long a bystander waits
 * is compared with how long it waits while nobody attacks.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(CountedTests.class)
class AbuseIT {
  private static final int MIB = 1 << 20;

  /** The server's heap in MiB; {@code -Dabuse.heap=1024} tries another. */
  private static final int HEAP = Integer.getInteger("abuse.heap", 192);

  /** Nearly the largest body that a heap of this size allows. */
  private static final int LARGEST = Math.min(63 * MIB, HEAP * (MIB / 1000 * 45));

  /** Times longer than on the idle server, at most; the machine may be busy with other tests. */
  private static final int TIMES = 10;

  /** What is shorter counts as this long, in nanoseconds. */
  private static final long LEAST = 100_000_000;

  /** How many connections; {@code -Dabuse.connections=2000} tries more. */
  private static final int MANY = Integer.getInteger("abuse.connections", 260);

  /** What the WAR runs in. */
  enum Kind {
    ALONE,
    TOMCAT;

    ServerUnderTest server() {
      return this == ALONE
          ? ServerUnderTest.launcherWith("-Xmx" + HEAP + "m")
          : ServerUnderTest.in(AppServers.TOMCAT_10, "-Xmx" + HEAP + "m");
    }
  }

  @TempDir static Path folder;
  private final ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();
  private final Map<Kind, ServerUnderTest> servers = new EnumMap<>(Kind.class);
  private final Map<Integer, byte[]> questions = new ConcurrentHashMap<>();
  private final List<RawClient> clients = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(8);

  /** What of an attack goes on while the bystander looks. */
  private final List<Future<?>> ends = new ArrayList<>();

  private ServerUnderTest server;

  @AfterAll
  void stop() {
    threads.shutdownNow();
    servers.values().forEach(ServerUnderTest::close);
    upstream.close();
  }

  private Path sessions(Kind kind) {
    return folder.resolve(kind.name()).resolve("sessions");
  }

  private ServerUnderTest start(Kind kind) {
    Map<String, String> settings = new HashMap<>();
    settings.put("helix.upstream.url", upstream.baseUrl().toString());
    settings.put("helix.timeout.body", "4s");
    settings.put("helix.api.keys.file", OwnerCases.keysFile(folder).toString());
    ServerUnderTest started = kind.server();
    started.start(settings, sessions(kind));
    return started;
  }

  /** Runs an attack on a server and looks from beside it meanwhile. */
  private void attack(Kind kind, Consumer<List<RawClient>> attack) {
    server = servers.computeIfAbsent(kind, this::start);
    upstream.answerAlways(asked -> Reply.json(200, Completions.completion("Fine")));
    long[] idle = bystander();
    try {
      attack.accept(clients);
      long[] attacked = bystander();
      for (Future<?> end : ends) {
        end.get(60, TimeUnit.SECONDS);
      }
      String times = Arrays.toString(idle) + " idle, " + Arrays.toString(attacked) + " attacked";
      for (int i = 0; i < idle.length; i++) {
        assertTrue(attacked[i] <= TIMES * Math.max(idle[i], LEAST), times);
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    } finally {
      clients.forEach(RawClient::close);
      clients.clear();
      ends.clear();
    }
    assertTrue(server.log().lines().noneMatch(line -> line.contains("OutOfMemory")), server::log);
  }

  /** How long health, a turn and a large turn of somebody else take, in nanoseconds. */
  private long[] bystander() {
    return new long[] {
      median(() -> RawClient.get(server.url(), "/health/live")),
      median(() -> RawClient.get(server.url(), "/health/ready")),
      median(() -> turn(OwnerCases.OTHER, 100)),
      median(() -> turn(OwnerCases.OTHER, MIB))
    };
  }

  private static long median(Supplier<RawResponse> request) {
    long[] times = new long[5];
    for (int i = 0; i < times.length; i++) {
      long began = System.nanoTime();
      RawResponse response = request.get();
      assertEquals(200, response.status(), response.text());
      times[i] = System.nanoTime() - began;
    }
    Arrays.sort(times);
    return times[times.length / 2];
  }

  private static byte[] question(int length) {
    String text = "x".repeat(length);
    return ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}")
        .getBytes(UTF_8);
  }

  private RawResponse turn(String key, int length) {
    return turn(key, length, Endpoint.freshId());
  }

  private RawResponse turn(String key, int length, String id) {
    return RawClient.exchange(
        server.url(),
        "POST",
        Endpoint.CHAT,
        questions.computeIfAbsent(length, AbuseIT::question),
        "Content-Type",
        "application/json",
        "Authorization",
        key,
        "X-Conversation-ID",
        id);
  }

  private RawClient connect() {
    RawClient client = RawClient.connect(server.url());
    clients.add(client);
    return client;
  }

  /** A request's head and some of its body, the rest of which never comes. */
  private void begin(RawClient client, String path, String contentType, int declared, int sent) {
    String base = server.url().getRawPath().replaceFirst("/$", "");
    client.send(
        """
        POST %s%s HTTP/1.1\r
        Host: localhost\r
        Authorization: %s\r
        Content-Type: %s\r
        Content-Length: %d\r
        \r
        """
            .formatted(base, path, OwnerCases.ACME, contentType, declared)
            .getBytes(US_ASCII));
    client.send(new byte[sent]);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void bodiesThatDoNotEnd(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < MANY; i++) {
            String path = i % 2 == 0 ? Endpoint.CHAT : "/v1/embeddings";
            begin(connect(), path, "application/json", 10_000 + i, 1 + i);
          }
          // Now and then they send another byte.
          all.forEach(client -> client.send(new byte[] {' '}));
        });
  }

  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "ALONE")
  void sendersThatAreTooSlow_areGivenUp_andTheirConnectionsClosed(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < 30; i++) {
            sendSome(100_000, 70_000);
          }
          Set<Integer> statuses = new HashSet<>();
          all.forEach(client -> statuses.add(statusAtTheEnd(client)));
          assertTrue(statuses.contains(408), statuses::toString);
          assertTrue(Set.of(408, 503, 0).containsAll(statuses), statuses::toString);
        });
  }

  /**
   * Sends a byte now and then until the server closes the connection; the status of its answer, or
   * 0 where that is lost, as bytes may be on their way to a connection that is closed.
   */
  private int statusAtTheEnd(RawClient client) {
    int status = 0;
    client.deadline(Duration.ofMillis(300));
    for (int tries = 0; tries < 60; tries++) {
      try {
        if (status == 0) {
          status = client.response().status();
        }
        client.awaitClosed();
        return status;
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof SocketTimeoutException)) {
          return status;
        }
      }
      try {
        client.send(new byte[] {' '});
      } catch (UncheckedIOException closed) {
        return status;
      }
    }
    throw new AssertionError(
        "a slow sender is waited for, after status " + status + "\n" + server.log());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void headsThatDoNotEnd(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < MANY; i++) {
            connect().send("POST /v1/chat/completions HTTP/1.1\r\nHo".getBytes(US_ASCII));
          }
          all.forEach(client -> client.send(new byte[] {'s'}));
        });
  }

  /** Nearly all of the memory for bodies, in large ones and in small ones. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void bodiesThatHoldMemory(Kind kind) {
    attack(
        kind,
        all -> {
          for (int i = 0; i < 12; i++) {
            sendSome(LARGEST, LARGEST - 1000);
          }
          for (int i = 0; i < MANY / 2; i++) {
            sendSome(60_000, 59_000);
          }
        });
  }

  /** Some of them are refused while they are sent. */
  private void sendSome(int declared, int sent) {
    try {
      begin(connect(), Endpoint.CHAT, "application/json", declared, sent);
    } catch (UncheckedIOException refused) {
      // No room for more: that is what it is for.
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sessionsWithLongStates_thatAreOnlyLookedAt(Kind kind) throws Exception {
    List<String> ids = new ArrayList<>();
    attack(kind, all -> ids.addAll(longStates(kind)));
    attack(
        kind,
        all ->
            together(
                480,
                i -> {
                  String id = ids.get(i % ids.size());
                  RawResponse response =
                      RawClient.get(
                          server.url(),
                          Endpoint.CHAT,
                          "Authorization",
                          OwnerCases.ACME,
                          "X-Conversation-ID",
                          id);
                  assertEquals(405, response.status());
                }));
    // They go on all the same.
    assertEquals(200, turn(OwnerCases.ACME, 100, ids.get(0)).status());
  }

  private List<String> longStates(Kind kind) {
    List<String> ids = new ArrayList<>();
    String text = "x".repeat(24 * MIB);
    for (int i = 0; i < 5; i++) {
      String id = Endpoint.freshId();
      RawResponse begun = turn(OwnerCases.ACME, 100, id);
      assertEquals(200, begun.status(), begun.text());
      Path status = sessions(kind).resolve(begun.header("X-Session-ID")).resolve("status.json");
      try {
        String json = Files.readString(status);
        Files.writeString(status, json.replaceFirst("xxxxx+", text));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      ids.add(id);
    }
    return ids;
  }

  /** As large as a body may be, and as many at once as it takes to fill the heap. */
  @ParameterizedTest
  @EnumSource(value = Kind.class, names = "ALONE")
  void largestBodies(Kind kind) {
    attack(
        kind,
        all ->
            together(
                24,
                i -> {
                  int length = LARGEST / (1 + i % 3);
                  RawResponse response = turn(OwnerCases.ACME, length);
                  assertTrue(response.status() == 200 || response.status() == 503, response::text);
                }));
  }

  /** Does something so often, eight at a time. */
  private void together(int times, IntConsumer task) {
    for (int i = 0; i < times; i++) {
      int number = i;
      ends.add(threads.submit(() -> task.accept(number)));
    }
  }
}
