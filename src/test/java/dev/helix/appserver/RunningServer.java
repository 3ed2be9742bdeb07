package dev.helix.appserver;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/**
 * A server process with the WAR in it, ready to answer. It listens on 127.0.0.1 at a port of its
 * own. Thread-safe.
 */
public interface RunningServer extends AutoCloseable {

  /** Where the web application is: with its context path, without a slash at the end. */
  URI url();

  /** The process id. */
  long pid();

  /** What the process has written to standard output and standard error so far. */
  String output();

  /** Sends SIGTERM; the future has the exit status once the process is gone. */
  CompletableFuture<Integer> terminate();

  /** Sends SIGKILL and waits for the end. */
  void kill();

  /** Ends the process if it still runs and removes the files that it was given. */
  @Override
  void close();
}
