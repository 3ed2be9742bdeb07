package dev.helix.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** A Jetty as its zip holds it, with the WAR among its web applications. Thread-safe. */
public final class JettyProcess implements RunningServer {
  private static final Pattern PORT =
      Pattern.compile("Started .*ServerConnector@.*\\{127\\.0\\.0\\.1:(\\d+)}");
  private static final Pattern READY = Pattern.compile("Started .*Server@");

  private final InstanceFolder base;
  private final ServerProcess process;
  private final URI url;

  private JettyProcess(InstanceFolder base, ServerProcess process, URI url) {
    this.base = base;
    this.process = process;
    this.url = url;
  }

  /**
   * Starts Jetty and waits until the WAR is deployed.
   *
   * @param environment variables to add, such as {@code HELIX_UPSTREAM_URL}
   */
  public static JettyProcess start(Map<String, String> environment) {
    InstanceFolder base = InstanceFolder.create("jetty-");
    ServerProcess process = null;
    try {
      configure(base);
      process = run(base, environment);
      String port = process.awaitLine(PORT).group(1);
      process.awaitLine(READY);
      URI url = URI.create("http://127.0.0.1:" + port + InstanceFolder.contextPath());
      return new JettyProcess(base, process, url);
    } catch (IOException e) {
      base.close();
      throw new UncheckedIOException(e);
    } catch (AssertionError e) {
      process.close();
      base.close();
      throw e;
    }
  }

  /** What comes after an ee10 module would be a setting of that environment, not of the server. */
  private static void configure(InstanceFolder base) throws IOException {
    base.make("environments");
    Files.writeString(
        base.root().resolve("start.ini"),
        """
        --module=http
        jetty.http.host=127.0.0.1
        jetty.http.port=0
        --module=graceful
        jetty.graceful.shutdownIdleTimeout=-1
        --modules=ee10-deploy,ee10-annotations
        """);
  }

  private static ServerProcess run(InstanceFolder base, Map<String, String> environment) {
    return ServerProcess.start(
        base.root(),
        environment,
        List.of(
            Built.java(),
            "-Djava.io.tmpdir=" + base.root(),
            "-jar",
            Built.jettyHome().resolve("start.jar").toString()));
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
