package dev.helix.servers;

import dev.helix.scripted.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis of a test's own, a process on the loopback with its data in a folder below {@code
 * target/redis}. It keeps everything ({@code appendonly yes}, {@code appendfsync always}) unless it
 * is told otherwise, can be killed, and started again with the same data at the same port. The
 * program comes with the embedded Redis, or is what the environment variable {@code
 * HELIX_TEST_REDIS} names, a Valkey for instance.
 */
public final class RedisServer implements AutoCloseable {
  private static final Path FOLDER = Path.of("target", "redis").toAbsolutePath();
  private static final Duration START = Duration.ofSeconds(20);

  private final Path data;
  private final int port;
  private final List<String> settings;
  private Process process;

  private RedisServer(Path data, int port, List<String> settings) {
    this.data = data;
    this.port = port;
    this.settings = settings;
  }

  /**
   * Starts one. Where none can be started the test is skipped with the reason, or fails where
   * {@code HELIX_TEST_SERVERS=required} is set.
   *
   * @param settings as in the configuration, such as {@code appendfsync everysec}; the last of one
   *     name counts
   */
  public static RedisServer start(String... settings) {
    RedisServer server;
    try {
      server = prepared(settings);
      server.restart();
    } catch (IOException | IllegalStateException e) {
      if ("required".equals(System.getenv("HELIX_TEST_SERVERS"))) {
        throw new AssertionError("Redis cannot be started", e);
      }
      return Assumptions.abort("Redis cannot be started: " + e.getMessage());
    }
    return server;
  }

  /** One that is not running yet. */
  public static RedisServer prepared(String... settings) throws IOException {
    Path data = Files.createDirectories(FOLDER.resolve(UUID.randomUUID().toString()));
    return new RedisServer(data, Ports.free(), List.of(settings));
  }

  private static Path program() throws IOException {
    String named = System.getenv("HELIX_TEST_REDIS");
    if (named != null && !named.isEmpty()) {
      return Path.of(named);
    }
    try {
      Path folder =
          MadeOnce.folder(
              FOLDER.resolve("program"),
              made -> ExecutableProvider.newJarResourceProvider(made.toFile()).get());
      try (Stream<Path> only = Files.list(folder)) {
        return only.findFirst().orElseThrow();
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Starts it, again perhaps, and returns when it answers. */
  public void restart() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program().toString());
    List<String> all = new ArrayList<>();
    all.addAll(
        List.of("port " + port, "bind 127.0.0.1", "dir " + data, "appendonly yes", "save \"\""));
    all.add("appendfsync always");
    all.addAll(settings);
    Path configuration = data.resolve("redis.conf");
    Files.write(configuration, all);
    command.add(configuration.toString());
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.resolve("log").toFile()))
            .start();
    Process started = process;
    // A test that is ended by force must not leave it running.
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    long deadline = System.nanoTime() + START.toNanos();
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new IllegalStateException(Files.readString(data.resolve("log")));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private boolean answers() {
    try {
      // Where a password is needed an answer is that it is.
      call("PING");
      return true;
    } catch (JedisException e) {
      return String.valueOf(e.getMessage()).startsWith("NOAUTH");
    }
  }

  /** What it answers to a command. */
  public Object call(String command, String... arguments) {
    try (Connection connection = new Connection("127.0.0.1", port)) {
      connection.sendCommand(Command.valueOf(command), arguments);
      return connection.getOne();
    }
  }

  /** As {@code kill -9} does; returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public int port() {
    return port;
  }

  /** What {@code helix.redis.url} has to be. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Where its append-only file is; one of several in newer versions. */
  public Path appendOnlyFile() throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(
              file -> file.getFileName().toString().matches("appendonly\\.aof(.*\\.incr\\.aof)?"))
          .max(Comparator.comparing(Path::toString))
          .orElseThrow();
    }
  }

  /** Kills it and removes its data. */
  @Override
  public void close() {
    if (process != null) {
      kill();
    }
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
