package dev.helix.launch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * A log manager that still logs while the JVM shuts down. The JDK's own takes every handler away as
 * soon as a signal arrives, and with them whatever is said about the turns that are still running.
 * Thread-safe.
 */
public final class LastingLogManager extends LogManager {
  private static final String FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n";
  private static final String CONFIGURATION =
      """
      handlers=java.util.logging.ConsoleHandler
      .level=INFO
      org.eclipse.jetty.level=WARNING
      # Its one warning is a web application that does not start, which the launcher itself reports.
      org.eclipse.jetty.ee10.webapp.WebAppContext.level=SEVERE
      """;

  private volatile boolean configured;

  /** For the JDK, which makes the one instance. */
  public LastingLogManager() {}

  /**
   * Makes this the JVM's log manager, one line a record on standard error. A configuration or a log
   * manager that the operator has chosen stays. Must come before the first record.
   */
  static void install() throws IOException {
    if (System.getProperty("java.util.logging.manager") == null) {
      System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    }
    boolean chosen =
        System.getProperty("java.util.logging.config.file") != null
            || System.getProperty("java.util.logging.config.class") != null;
    if (!chosen && System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
      System.setProperty("java.util.logging.SimpleFormatter.format", FORMAT);
    }
    LogManager manager = LogManager.getLogManager();
    if (!chosen) {
      try (InputStream configuration =
          new ByteArrayInputStream(CONFIGURATION.getBytes(StandardCharsets.ISO_8859_1))) {
        manager.readConfiguration(configuration);
      }
    }
    if (manager instanceof LastingLogManager lasting) {
      lasting.configured = true;
    }
  }

  /** Does nothing once logging is configured: the JDK's shutdown is the only caller left then. */
  @Override
  public void reset() {
    if (!configured) {
      super.reset();
    }
  }
}
