package dev.helix.blackbox;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A server process that the suite starts and ends, as often as it likes, one at a time. */
public interface ServerUnderTest extends AutoCloseable {
  /**
   * Starts the process; it answers requests on return.
   *
   * @param settings keys such as {@code helix.upstream.url}, given to the process in its
   *     environment
   * @param sessions the sessions folder, which may not exist yet
   */
  void start(Map<String, String> settings, Path sessions);

  /** Where the web application is, with its context path. */
  URI url();

  /** Sends SIGTERM; the future is complete when the process has exited. */
  CompletableFuture<Void> terminate();

  /** Sends SIGKILL and waits for the exit. */
  void kill();

  /** What the process wrote to its log so far. */
  String log();

  /** Ends the process if it runs, and removes what it left outside the sessions folder. */
  @Override
  void close();
}
