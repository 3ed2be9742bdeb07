package dev.helix.launch;

import java.util.logging.LogManager;

/**
 * A log manager that still logs while the JVM shuts down. The JDK's own takes every handler away as
 * soon as a signal arrives, and with them whatever is said about the turns that are still running.
 * Thread-safe.
 */
public final class LastingLogManager extends LogManager {
  private volatile boolean lasting;

  /** For the JDK, which makes the one instance. */
  public LastingLogManager() {}

  /** From now on nothing takes the handlers away. */
  void last() {
    lasting = true;
  }

  @Override
  public void reset() {
    if (!lasting) {
      super.reset();
    }
  }
}
