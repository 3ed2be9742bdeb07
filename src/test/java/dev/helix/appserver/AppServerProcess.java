package dev.helix.appserver;

import dev.helix.packaging.Built;
import dev.helix.scripted.Ports;
import dev.helix.scripted.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A running app server of any kind. Thread-safe but for {@link #deploy} and {@link #undeploy}. */
public final class AppServerProcess implements RunningServer {
  private final AppServer kind;
  private final Instance instance;
  private final ServerProcess process;

  private AppServerProcess(AppServer kind, Instance instance, ServerProcess process) {
    this.kind = kind;
    this.instance = instance;
    this.process = process;
  }

  /** Starts a server and waits until all that it was given is deployed. */
  public static AppServerProcess start(AppServer kind, Deployment deployment) {
    AppServerProcess server = begin(kind, deployment);
    try {
      deployment.applications().keySet().forEach(name -> server.await(kind.deployed(name), 1));
      server.await(kind.started(), 1);
      return server;
    } catch (AssertionError e) {
      server.close();
      throw e;
    }
  }

  /** Starts a server and waits for nothing. */
  public static AppServerProcess begin(AppServer kind, Deployment deployment) {
    Path folder = InstanceFolder.create(kind.id());
    try {
      List<Integer> ports = Ports.free(10);
      Instance instance =
          new Instance(folder, ports.get(0), ports.subList(1, ports.size()), deployment);
      kind.configure(instance);
      for (Map.Entry<String, Path> application : deployment.applications().entrySet()) {
        kind.deploy(instance, application.getKey(), application.getValue());
      }
      ServerProcess process =
          ServerProcess.start(folder, environment(kind, instance), kind.command(instance));
      return new AppServerProcess(kind, instance, process);
    } catch (IOException e) {
      InstanceFolder.delete(folder);
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> environment(AppServer kind, Instance instance) {
    Map<String, String> all = new HashMap<>(kind.environment(instance));
    List<String> options = instance.deployment().jvmOptions();
    if (options.isEmpty()) {
      // Not beside a test's own, which looks at what the JVM does by itself.
      options = Built.jvmOptions();
    }
    if (!options.isEmpty()) {
      // Every JVM reads this, however its server's scripts start it.
      all.put("JAVA_TOOL_OPTIONS", String.join(" ", options));
    }
    all.putAll(instance.deployment().environment());
    return all;
  }

  /** Where all of the server is, without a slash at the end. */
  public URI root() {
    return URI.create("http://127.0.0.1:" + instance.port());
  }

  @Override
  public URI url() {
    return URI.create(root() + "/" + instance.deployment().first());
  }

  @Override
  public long pid() {
    return process.jvm().pid();
  }

  @Override
  public String output() {
    return process.output()
        + kind.logs(instance).stream().map(AppServerProcess::content).collect(Collectors.joining());
  }

  private static String content(Path log) {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the running server our WAR, as another application, and waits until it answers. */
  public void deploy(String application, Path war) {
    int before = count(kind.deployed(application));
    try {
      kind.deploy(instance, application, war);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await(kind.deployed(application), before + 1);
    // Jetty says so a moment before.
    process.await(
        () ->
            RawClient.get(root(), "/" + application + "/health/live").status() == 200
                ? Optional.of(true)
                : Optional.empty(),
        "does not answer at /" + application);
  }

  /** Gives the running server an application and waits until it says that it is not deployed. */
  public void deployInVain(String application, Path war) {
    int before = count(kind.refused(application));
    try {
      kind.deploy(instance, application, war);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await(kind.refused(application), before + 1);
    try {
      kind.dismiss(instance, application);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes an application from the running server and waits until it is gone. */
  public void undeploy(String application) {
    int before = count(kind.undeployed(application));
    try {
      kind.undeploy(instance, application);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await(kind.undeployed(application), before + 1);
  }

  /** Waits until the pattern is found in so many lines of {@link #output()}. */
  public void await(Pattern pattern, int times) {
    try {
      process.await(
          () -> count(pattern) >= times ? Optional.of(times) : Optional.empty(),
          "did not write " + pattern + " " + times + " times");
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + output(), e);
    }
  }

  private int count(Pattern pattern) {
    return (int) output().lines().filter(line -> pattern.matcher(line).find()).count();
  }

  /** What the JDK's {@code jcmd} answers to these commands, about the server's JVM. */
  public String jcmd(String... commands) {
    try {
      Files.write(instance.folder().resolve("jcmd"), List.of(commands));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> all = new ArrayList<>();
    all.add(Built.javaHome().resolve("bin/jcmd").toString());
    Built.jvmOptions().forEach(option -> all.add("-J" + option));
    all.addAll(List.of("" + pid(), "-f", "jcmd"));
    try (ServerProcess jcmd = ServerProcess.start(instance.folder(), Map.of(), all)) {
      jcmd.awaitExit();
      return jcmd.output();
    }
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
    InstanceFolder.delete(instance.folder());
  }
}
