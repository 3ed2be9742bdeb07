package dev.helix.bench;

import dev.helix.appserver.ServerProcess;
import dev.helix.scripted.RawClient;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for servers of others, which say in their own ways that they serve. */
final class Answering {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private Answering() {}

  /** Returns when the path is answered, with any status. */
  static void await(URI url, String path, ServerProcess process) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        RawClient.get(url, path);
        return;
      } catch (UncheckedIOException notYet) {
        if (System.nanoTime() > deadline) {
          process.close();
          throw new IllegalStateException("no answer: " + process.output(), notYet);
        }
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      }
    }
  }
}
