package dev.helix.servers;

import dev.helix.scripted.Ports;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A database's process on a port of its own, with its data below {@code target/}. It can be stopped
 * or killed, and started again on the same port with the same data. For one thread at a time.
 */
abstract class DatabaseServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final Path folder;
  private final int port;
  private final Thread atExit = new Thread(this::end);
  private Process process;

  DatabaseServer(String name) throws IOException {
    Path target = Path.of("target").toAbsolutePath();
    Files.createDirectories(target);
    folder = Files.createTempDirectory(target, name + "-");
    port = Ports.free();
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** What runs the server. */
  abstract List<String> command();

  /** The URL of a database of the server's. */
  public abstract String url(String database);

  /** The database that is always there. */
  abstract String firstDatabase();

  /** Who may do everything. */
  public abstract String user();

  /** The password of {@link #user}. */
  public abstract String password();

  /** Where the data are. */
  Path data() {
    return folder.resolve("data");
  }

  Path folder() {
    return folder;
  }

  /** Where the server listens, on 127.0.0.1. */
  public int port() {
    return port;
  }

  static boolean isRoot() {
    return System.getProperty("user.name").equals("root");
  }

  /** Starts the server, the first time or again, and returns when it can be used. */
  public void start() throws IOException, InterruptedException {
    process = begin(log(), command());
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (Connection connection = connect(firstDatabase())) {
        return;
      } catch (SQLException e) {
        // Waits a little, unless the server ends.
        if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
          end();
          throw new IOException("the server did not start: " + Files.readString(log().toPath()), e);
        }
      }
    }
  }

  private File log() {
    return folder.resolve("log").toFile();
  }

  private static Process begin(File log, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
    // MariaDB takes away what others have there that start at the same time.
    builder.environment().put("TMPDIR", log.getParent());
    return builder.start();
  }

  /** Takes data that were made once, as they are before the first start. */
  void takeData(Path made) throws IOException, InterruptedException {
    run(folder.resolve("copy.log"), List.of("cp", "-a", made.toString(), data().toString()));
  }

  /** Runs a program of the server's to its end. */
  static void run(Path log, List<String> command) throws IOException, InterruptedException {
    Process program = begin(log.toFile(), command);
    if (!program.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || program.exitValue() != 0) {
      program.destroyForcibly();
      throw new IOException(command + " failed: " + Files.readString(log));
    }
  }

  /** Kills the server at once, as {@code kill -9} does, and returns when all of it is gone. */
  public void kill() {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    process.destroyForcibly();
    for (ProcessHandle each : all) {
      // The rest ends by itself when it finds its parent gone.
      each.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
  }

  /** Whether it was started, and neither stopped nor killed since. */
  public boolean isRunning() {
    return process.isAlive();
  }

  /** Stops the server in order. */
  public void stop() throws IOException, InterruptedException {
    askToStop(process);
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("the server did not stop");
    }
  }

  /** Asks the server to stop soon, whoever is connected. */
  void askToStop(Process running) throws IOException, InterruptedException {
    running.destroy();
  }

  /** A connection to a database, with the right to do everything. */
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database), user(), password());
  }

  /** Makes an empty database and gives its name. */
  public String newDatabase() {
    String name = "test" + DATABASES.incrementAndGet();
    execute(firstDatabase(), "create database " + name);
    return name;
  }

  /** Runs a statement. */
  public void execute(String database, String sql) {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private void end() {
    if (process != null && process.isAlive()) {
      kill();
    }
  }

  /** Ends the server and removes its data. */
  @Override
  public void close() {
    end();
    Runtime.getRuntime().removeShutdownHook(atExit);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
