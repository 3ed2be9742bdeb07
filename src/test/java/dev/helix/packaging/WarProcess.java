package dev.helix.packaging;

import dev.helix.appserver.RunningServer;
import dev.helix.appserver.ServerProcess;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** The WAR run by itself: {@code java -jar helix-sessions.war --port 0}. Thread-safe. */
public final class WarProcess implements RunningServer {
  private static final Pattern READY = Pattern.compile("is ready at (http://\\S+)$");

  private final ServerProcess process;
  private final URI url;

  private WarProcess(ServerProcess process) {
    this.process = process;
    this.url = URI.create(process.awaitLine(READY).group(1));
  }

  /**
   * Starts the built WAR and waits until it is ready.
   *
   * @param environment variables to add, such as {@code HELIX_UPSTREAM_URL}
   * @param options further options of the command line, such as {@code --sessions}
   */
  public static WarProcess start(Map<String, String> environment, String... options) {
    return new WarProcess(run(Built.war(), environment, List.of(), with("--port", "0", options)));
  }

  /** As {@link #start}, with another WAR and options of the JVM's. */
  public static WarProcess start(
      Path war, Map<String, String> environment, List<String> jvmOptions, String... options) {
    ServerProcess process = run(war, environment, jvmOptions, with("--port", "0", options));
    try {
      return new WarProcess(process);
    } catch (AssertionError e) {
      process.close();
      throw e;
    }
  }

  /** Runs the WAR with exactly these options and does not wait for anything. */
  static ServerProcess run(
      Path war, Map<String, String> environment, List<String> jvmOptions, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Built.java());
    command.addAll(Built.jvmOptions());
    command.addAll(jvmOptions);
    command.add("-jar");
    command.add(war.toString());
    command.addAll(options);
    return ServerProcess.start(war.getParent(), environment, command);
  }

  private static List<String> with(String first, String second, String... rest) {
    List<String> all = new ArrayList<>(List.of(first, second));
    all.addAll(List.of(rest));
    return all;
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

  /** Waits for a line in which the pattern is found, also among those already written. */
  void awaitLine(Pattern pattern) {
    process.awaitLine(pattern);
  }

  /** What the process has written to standard output so far. */
  public String standardOutput() {
    return process.standardOutput();
  }

  /** What the process has written to standard error so far: its log. */
  public String standardError() {
    return process.standardError();
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
  }
}
