package dev.helix.bench;

import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Starts of the server, {@code java -jar} of the WAR, over a sessions directory: in seconds from
 * the start of the process to the first time that {@code /health/ready} says so.
 */
final class Starts {
  private static final double SECOND = 1e9;
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(5);

  private Starts() {}

  /** A start, and a stop in order, so that the next start is one after such a stop. */
  static double clean(Path sessions) {
    try (ServerUnderTest server = ServerUnderTest.launcher()) {
      return start(server, sessions);
    }
  }

  /** Starts a server and kills it as {@code kill -9} does. */
  static void kill(Path sessions) {
    try (ServerUnderTest server = ServerUnderTest.launcher()) {
      start(server, sessions);
      server.kill();
    }
  }

  /**
   * A start that makes it look at all sessions.
   *
   * @param ready seconds to the start's end
   * @param known seconds until it has looked at all of them in the background
   * @param cpu of the processor's seconds until then, all of the start's included
   */
  record Look(double ready, double known, double cpu) {}

  /** A start where the order of last use is not to be believed, or there is none. */
  static Look looking(Path sessions) throws IOException {
    Optional<Object> before = sorted(sessions);
    try (ServerUnderTest server = ServerUnderTest.launcher()) {
      long start = System.nanoTime();
      double ready = start(server, sessions);
      // What it saw becomes the sorted file at once.
      await(() -> sorted(sessions).filter(now -> !before.equals(Optional.of(now))).isPresent());
      double known = (System.nanoTime() - start) / SECOND;
      return new Look(ready, known, ProcessFigures.cpu(server.pid()).toNanos() / SECOND);
    }
  }

  /** What tells the sorted file from another one; empty where no line is sorted. */
  private static Optional<Object> sorted(Path sessions) {
    Path sorted = sessions.resolve(".recent/sorted");
    try {
      BasicFileAttributes file = Files.readAttributes(sorted, BasicFileAttributes.class);
      return Optional.<Object>of(List.of(file.fileKey(), file.lastModifiedTime()))
          .filter(mark -> file.size() > 0);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double start(ServerUnderTest server, Path sessions) {
    long start = System.nanoTime();
    server.start(Map.of(), sessions);
    await(() -> RawClient.get(server.url(), "/health/ready").status() == 200);
    return (System.nanoTime() - start) / SECOND;
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("it took more than five minutes");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
