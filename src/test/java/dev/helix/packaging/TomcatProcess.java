package dev.helix.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Tomcat as its zip holds it, with the WAR among its web applications. Thread-safe. */
public final class TomcatProcess implements RunningServer {
  private static final Pattern PORT =
      Pattern.compile("Starting ProtocolHandler \\[\"http-nio-127\\.0\\.0\\.1-auto-\\d+-(\\d+)\"]");
  private static final Pattern READY = Pattern.compile("Server startup in \\[\\d+] milliseconds");

  private final InstanceFolder base;
  private final ServerProcess process;
  private final URI url;

  private TomcatProcess(InstanceFolder base, ServerProcess process, URI url) {
    this.base = base;
    this.process = process;
    this.url = url;
  }

  /**
   * Starts Tomcat and waits until the WAR is deployed.
   *
   * @param environment variables to add, such as {@code HELIX_UPSTREAM_URL}
   */
  public static TomcatProcess start(Map<String, String> environment) {
    InstanceFolder base = InstanceFolder.create("tomcat-");
    ServerProcess process = null;
    try {
      configure(base);
      process = run(base, environment);
      String port = process.awaitLine(PORT).group(1);
      process.awaitLine(READY);
      URI url = URI.create("http://127.0.0.1:" + port + InstanceFolder.contextPath());
      return new TomcatProcess(base, process, url);
    } catch (IOException e) {
      base.close();
      throw new UncheckedIOException(e);
    } catch (AssertionError e) {
      process.close();
      base.close();
      throw e;
    }
  }

  /** The configuration of the zip, but for a port of its own and no port for shutting down. */
  private static void configure(InstanceFolder base) throws IOException {
    Path conf = base.make("conf");
    base.make("logs");
    base.make("temp");
    try (Stream<Path> files = Files.list(Built.tomcatHome().resolve("conf"))) {
      for (Path file : files.toList()) {
        Files.copy(file, conf.resolve(file.getFileName()));
      }
    }
    Path server = conf.resolve("server.xml");
    String configured =
        Files.readString(server)
            .replace("<Server port=\"8005\"", "<Server port=\"-1\"")
            .replace("<Connector port=\"8080\"", "<Connector port=\"0\" address=\"127.0.0.1\"");
    Files.writeString(server, configured);
  }

  private static ServerProcess run(InstanceFolder base, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("JAVA_HOME", Built.javaHome().toString());
    all.put("CATALINA_HOME", Built.tomcatHome().toString());
    all.put("CATALINA_BASE", base.root().toString());
    Path script = Built.tomcatHome().resolve("bin/catalina.sh");
    return ServerProcess.start(base.root(), all, List.of("sh", script.toString(), "run"));
  }

  @Override
  public URI url() {
    return url;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public String output() {
    return process.output();
  }

  @Override
  public CompletableFuture<Integer> terminate() {
    return process.terminate();
  }

  @Override
  public void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
    base.close();
  }
}
