package dev.helix.servers;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.postgresql.Driver;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL. */
public final class PostgresServer extends DatabaseServer {
  private static final String USER = "helix";
  private static final String PASSWORD = "sesame-and-lilies";

  private final Path home;

  private PostgresServer() throws IOException, InterruptedException {
    super("postgres");
    home = home();
  }

  /**
   * Starts an empty one, which keeps what it acknowledges.
   *
   * @throws IOException if it cannot be started here
   */
  public static PostgresServer begin() throws IOException, InterruptedException {
    PostgresServer server = new PostgresServer();
    try {
      server.takeData(
          MadeOnce.folder(Path.of("target", "postgres-data").toAbsolutePath(), server::makeData));
      server.start();
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void makeData(Path empty) throws IOException, InterruptedException {
    Path password = Files.writeString(folder().resolve("password"), PASSWORD + "\n");
    run(
        folder().resolve("initdb.log"),
        asNobody(
            "initdb",
            "--pgdata=" + empty,
            "--username=" + USER,
            "--pwfile=" + password,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync"));
  }

  /** The jar of its driver. */
  public static Path driver() {
    try {
      return Path.of(Driver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  List<String> command() {
    return asNobody(
        "postgres",
        "-D",
        data().toString(),
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "port=" + port(),
        "-c",
        "unix_socket_directories=",
        "-c",
        "max_connections=200",
        "-c",
        "shared_buffers=64MB");
  }

  @Override
  void askToStop(Process running) throws IOException, InterruptedException {
    // Java's own way is SIGTERM, on which it waits for its clients.
    new ProcessBuilder("kill", "-INT", Long.toString(running.pid())).start().waitFor();
  }

  /** PostgreSQL refuses to be run by root, who is nobody in a user namespace of its own. */
  private List<String> asNobody(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(home.resolve("bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  @Override
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
  }

  @Override
  String firstDatabase() {
    return "postgres";
  }

  @Override
  public String user() {
    return USER;
  }

  @Override
  public String password() {
    return PASSWORD;
  }

  /** Where the programs are, unpacked once for all runs. */
  private static Path home() throws IOException, InterruptedException {
    return MadeOnce.folder(
        Path.of("target", "postgres-programs").toAbsolutePath(), PostgresServer::unpack);
  }

  private static void unpack(Path folder) throws IOException, InterruptedException {
    String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    String system =
        System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac") ? "Darwin" : "Linux";
    try (InputStream packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine)) {
      Process tar = new ProcessBuilder("tar", "-x", "-C", folder.toString()).start();
      try (var in = tar.getOutputStream()) {
        new XZInputStream(packed).transferTo(in);
      }
      if (tar.waitFor() != 0) {
        throw new IOException("tar failed");
      }
    }
  }
}
