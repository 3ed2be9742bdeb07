package dev.helix.appserver;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A child process and all that it has written. Thread-safe. */
public final class ServerProcess implements AutoCloseable {
  /** How long a server may take to start or to stop, on a slow machine. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Servers that log to files tell nobody. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private record Line(boolean error, String text) {}

  private final Process process;
  private final List<Line> lines = new ArrayList<>();
  private int openStreams = 2;

  private ServerProcess(Process process) {
    this.process = process;
    read(process.getInputStream(), false);
    read(process.getErrorStream(), true);
  }

  /**
   * Starts a process whose environment has no setting of ours but the given ones.
   *
   * @param environment variables to add, such as {@code HELIX_UPSTREAM_URL}
   */
  public static ServerProcess start(
      Path directory, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("HELIX_"));
    builder.environment().putAll(environment);
    try {
      return new ServerProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(InputStream stream, boolean error) {
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader text =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = text.readLine(); line != null; line = text.readLine()) {
                  add(new Line(error, line));
                }
              } catch (IOException e) {
                add(new Line(error, "(output lost: " + e + ")"));
              } finally {
                ended();
              }
            },
            "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  private synchronized void add(Line line) {
    lines.add(line);
    notifyAll();
  }

  private synchronized void ended() {
    openStreams--;
    notifyAll();
  }

  /** Gives the process its whole standard input. */
  public void send(String text) {
    try (OutputStream input = process.getOutputStream()) {
      input.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line in which the pattern is found, also among those already written. */
  public Matcher awaitLine(Pattern pattern) {
    return await(() -> find(pattern), "did not write " + pattern);
  }

  private Optional<Matcher> find(Pattern pattern) {
    return lines.stream()
        .map(line -> pattern.matcher(line.text()))
        .filter(Matcher::find)
        .findFirst();
  }

  /** Waits for the end of the process and of its output; its exit status. */
  public int awaitExit() {
    await(() -> openStreams == 0 ? Optional.of(true) : Optional.empty(), "did not end");
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits for what comes with a line of the process, with its end, or from elsewhere. */
  synchronized <T> T await(Supplier<Optional<T>> wanted, String complaint) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<T> found = wanted.get();
      if (found.isPresent()) {
        return found.get();
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (millis <= 0 || openStreams == 0) {
        throw new AssertionError(complaint + ":\n" + output());
      }
      try {
        wait(Math.min(millis, LOOK_AGAIN.toMillis()));
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    }
  }

  public long pid() {
    return process.pid();
  }

  /** The process itself, or the JVM that a script or another JVM started in its place. */
  ProcessHandle jvm() {
    return process
        .descendants()
        .filter(ServerProcess::isJvm)
        .filter(handle -> handle.children().noneMatch(ServerProcess::isJvm))
        .findFirst()
        .orElse(process.toHandle());
  }

  private static boolean isJvm(ProcessHandle handle) {
    return handle.info().command().orElse("").endsWith("/java");
  }

  public String output() {
    return text(line -> true);
  }

  public String standardOutput() {
    return text(line -> !line.error());
  }

  public String standardError() {
    return text(Line::error);
  }

  private synchronized String text(Predicate<Line> which) {
    return lines.stream()
        .filter(which)
        .map(line -> line.text() + "\n")
        .collect(Collectors.joining());
  }

  public CompletableFuture<Integer> terminate() {
    // By its handle: the process itself would close its output at once, and with it the last lines.
    jvm().destroy();
    return process.onExit().thenApply(ended -> awaitExit());
  }

  public void kill() {
    jvm().destroyForcibly();
    awaitExit();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      terminate().completeOnTimeout(null, 20, TimeUnit.SECONDS).join();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.toHandle().destroyForcibly();
    }
  }
}
