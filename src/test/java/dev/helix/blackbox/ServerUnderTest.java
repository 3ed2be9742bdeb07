package dev.helix.blackbox;

import dev.helix.appserver.AppServer;
import dev.helix.appserver.AppServerProcess;
import dev.helix.appserver.Deployment;
import dev.helix.appserver.RunningServer;
import dev.helix.packaging.Built;
import dev.helix.packaging.WarProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A server of one kind, which is started and ended as often as a test likes, one process at a time.
 * Not thread-safe.
 */
public final class ServerUnderTest implements AutoCloseable {
  private final Function<Map<String, String>, RunningServer> starter;
  private final Duration stopping;
  private RunningServer running;

  private ServerUnderTest(Function<Map<String, String>, RunningServer> starter, Duration stopping) {
    this.starter = starter;
    this.stopping = stopping;
  }

  /** The WAR run by itself. */
  public static ServerUnderTest launcher() {
    return launcherWith();
  }

  /** The WAR run by itself in a JVM with these options. */
  public static ServerUnderTest launcherWith(String... jvmOptions) {
    return new ServerUnderTest(
        environment -> WarProcess.start(Built.war(), environment, List.of(jvmOptions)),
        Duration.ofSeconds(30));
  }

  /** The WAR in an app server, whose JVM is given these options. */
  public static ServerUnderTest in(AppServer kind, String... jvmOptions) {
    return new ServerUnderTest(
        environment ->
            AppServerProcess.start(kind, Deployment.of(environment).withJvmOptions(jvmOptions)),
        kind.stopping());
  }

  /**
   * Starts the process; it answers requests on return.
   *
   * @param settings keys such as {@code helix.upstream.url}, given to the process in its
   *     environment
   * @param sessions the sessions folder, which may not exist yet
   */
  public void start(Map<String, String> settings, Path sessions) {
    close();
    Map<String, String> environment = new HashMap<>();
    settings.forEach((key, value) -> environment.put(variable(key), value));
    environment.put(variable("helix.sessions.dir"), sessions.toString());
    running = starter.apply(environment);
  }

  private static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** Where the web application is, with its context path. */
  public URI url() {
    return running.url();
  }

  public long pid() {
    return running.pid();
  }

  /** What the process wrote so far. */
  String log() {
    return running == null ? "" : running.output();
  }

  /**
   * Sends SIGTERM; the future is complete when the process has exited, and fails where it takes too
   * long.
   */
  CompletableFuture<Integer> terminate() {
    return running.terminate().orTimeout(stopping.toSeconds(), TimeUnit.SECONDS);
  }

  /** Sends SIGKILL and waits for the exit. */
  public void kill() {
    running.kill();
  }

  /** Ends the process if it runs, and removes what it was given. */
  @Override
  public void close() {
    if (running != null) {
      running.close();
      running = null;
    }
  }
}
