package dev.helix.servers;

import dev.helix.scripted.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A PgBouncer before a PostgreSQL, in the mode {@code transaction}, with fewer connections than its
 * callers have. The program is the machine's, or what the environment variable {@code
 * HELIX_TEST_PGBOUNCER} names; where there is none the test is skipped. Not thread-safe.
 */
public final class PgBouncer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);

  private final Process process;
  private final int port;

  private PgBouncer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts one. */
  public static PgBouncer before(PostgresServer server) throws IOException, InterruptedException {
    String named = System.getenv("HELIX_TEST_PGBOUNCER");
    Path program = Path.of(named == null ? "/usr/sbin/pgbouncer" : named);
    Assumptions.assumeTrue(Files.isExecutable(program), "there is no PgBouncer here");
    Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "pgbouncer-");
    folder.toFile().deleteOnExit();
    int port = Ports.free();
    Path users = folder.resolve("users");
    Files.writeString(users, "\"%s\" \"%s\"\n".formatted(server.user(), server.password()));
    Path settings =
        Files.write(
            folder.resolve("pgbouncer.ini"),
            List.of(
                "[databases]",
                "* = host=127.0.0.1 port=" + server.port(),
                "[pgbouncer]",
                "listen_addr = 127.0.0.1",
                "listen_port = " + port,
                "unix_socket_dir =",
                "auth_type = trust",
                "auth_file = " + users,
                "pool_mode = transaction",
                "default_pool_size = 3",
                "ignore_startup_parameters = extra_float_digits"));
    List<String> command = new ArrayList<>();
    if (DatabaseServer.isRoot()) {
      command.addAll(List.of("unshare", "-U")); // It refuses to be run by root.
    }
    command.addAll(List.of(program.toString(), settings.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    long deadline = System.nanoTime() + START.toNanos();
    while (!listens(port)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new IOException(
            "PgBouncer did not start: " + Files.readString(folder.resolve("log")));
      }
    }
    return new PgBouncer(process, port);
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
