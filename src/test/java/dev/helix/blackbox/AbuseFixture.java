package dev.helix.blackbox;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.appserver.AppServers;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Reply;
import dev.helix.scripted.ScriptedUpstream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that one caller attacks, and what all others notice of it: nothing. How long a bystander
 * waits is compared with how long it waits while nobody attacks.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AbuseFixture {
  static final int MIB = 1 << 20;

  /** The server's heap in MiB; {@code -Dabuse.heap=1024} tries another. */
  static final int HEAP = Integer.getInteger("abuse.heap", 192);

  /** Nearly the largest body that a heap of this size allows. */
  static final int LARGEST = Math.min(63 * MIB, HEAP * (MIB / 1000 * 45));

  /** How many connections; {@code -Dabuse.connections=2000} tries more. */
  static final int MANY = Integer.getInteger("abuse.connections", 260);

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

  ServerUnderTest server;

  @AfterAll
  void stop() {
    threads.shutdownNow();
    servers.values().forEach(ServerUnderTest::close);
    upstream.close();
  }

  Path sessions(Kind kind) {
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
  void attack(Kind kind, Consumer<List<RawClient>> attack) {
    server = servers.computeIfAbsent(kind, this::start);
    upstream.answerAlways(asked -> Reply.json(200, Completions.completion("Fine")));
    Waits idle = bystander();
    try {
      attack.accept(clients);
      Waits attacked = bystander();
      for (Future<?> end : ends) {
        end.get(60, TimeUnit.SECONDS);
      }
      attacked.assertLike(idle);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    } finally {
      clients.forEach(RawClient::close);
      clients.clear();
      ends.clear();
    }
    assertTrue(server.log().lines().noneMatch(line -> line.contains("OutOfMemory")), server::log);
  }

  /** How long somebody else waits for health, a turn and a large turn. */
  private Waits bystander() {
    return Waits.of(
        () -> RawClient.get(server.url(), "/health/live"),
        () -> RawClient.get(server.url(), "/health/ready"),
        () -> turn(OwnerCases.OTHER, 100),
        () -> turn(OwnerCases.OTHER, MIB));
  }

  private static byte[] question(int length) {
    String text = "x".repeat(length);
    return ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}")
        .getBytes(UTF_8);
  }

  RawResponse turn(String key, int length) {
    return turn(key, length, Endpoint.freshId());
  }

  RawResponse turn(String key, int length, String id) {
    return RawClient.exchange(
        server.url(),
        "POST",
        Endpoint.CHAT,
        questions.computeIfAbsent(length, AbuseFixture::question),
        "Content-Type",
        "application/json",
        "Authorization",
        key,
        "X-Conversation-ID",
        id);
  }

  RawClient connect() {
    RawClient client = RawClient.connect(server.url());
    clients.add(client);
    return client;
  }

  /** A request's head and some of its body, the rest of which never comes. */
  void begin(RawClient client, String path, int declared, int sent) {
    begin(client, "POST", path, OwnerCases.ACME, "Content-Length: " + declared);
    sendTo(client, new byte[sent]);
  }

  void begin(RawClient client, String method, String path, String key, String framing) {
    String base = server.url().getRawPath().replaceFirst("/$", "");
    sendTo(
        client,
        """
        %s %s%s HTTP/1.1\r
        Host: localhost\r
        Authorization: %s\r
        Content-Type: application/json\r
        %s\r
        \r
        """
            .formatted(method, base, path, key, framing)
            .getBytes(US_ASCII));
  }

  /** Sends more of a request, which the server may have given up meanwhile. */
  static void sendTo(RawClient client, byte[] bytes) {
    try {
      client.send(bytes);
    } catch (UncheckedIOException refused) {
      // Its connection is closed: that is what the server is for.
    }
  }

  /** What comes of each connection, eight at a time. */
  <T> Set<T> ofEach(List<RawClient> all, Function<RawClient, T> task) {
    List<Callable<T>> tasks = new ArrayList<>();
    all.forEach(client -> tasks.add(() -> task.apply(client)));
    Set<T> results = new HashSet<>();
    try {
      for (Future<T> each : threads.invokeAll(tasks)) {
        results.add(each.get());
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
    return results;
  }

  /** Does something so often, eight at a time. */
  void together(int times, IntConsumer task) {
    for (int i = 0; i < times; i++) {
      int number = i;
      ends.add(threads.submit(() -> task.accept(number)));
    }
  }
}
