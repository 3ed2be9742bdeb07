package dev.helix.launch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * The log of a run: one line a record on standard error, Jetty's from warnings upwards. A
 * configuration, a format or a log manager that the operator has chosen stays.
 */
final class Logging {
  private static final String FORMAT = "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n";
  private static final String CONFIGURATION =
      """
      handlers=java.util.logging.ConsoleHandler
      .level=%s
      org.eclipse.jetty.level=WARNING
      # What they warn of is what callers send: as often as they like, and in their words.
      org.eclipse.jetty.util.HostPort.level=OFF
      org.eclipse.jetty.http.HttpParser.level=OFF
      # Its one warning is a web application that does not start, which the launcher itself reports.
      org.eclipse.jetty.ee10.webapp.WebAppContext.level=SEVERE
      """;

  private Logging() {}

  /** Sets it up, once, before anything touches a logger. */
  static void configure(Level least) throws IOException {
    // By name, and not from the log manager's own class: loading that would settle the matter.
    setUnlessChosen("java.util.logging.manager", "dev.helix.launch.Logging$Lasting");
    boolean chosen =
        System.getProperty("java.util.logging.config.file") != null
            || System.getProperty("java.util.logging.config.class") != null;
    LogManager manager = LogManager.getLogManager();
    if (!chosen) {
      setUnlessChosen("java.util.logging.SimpleFormatter.format", FORMAT);
      String configuration = CONFIGURATION.formatted(least.getName());
      manager.readConfiguration(
          new ByteArrayInputStream(configuration.getBytes(StandardCharsets.ISO_8859_1)));
    }
    // Handlers are made at their first use, and no longer once the JVM shuts down.
    Handler[] unused = Logger.getLogger("").getHandlers();
    if (manager instanceof Lasting own) {
      own.lasting = true;
    }
  }

  private static void setUnlessChosen(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * A log manager that still logs while the JVM shuts down. The JDK's own takes every handler away
   * as soon as a signal arrives, and with them whatever is said of the turns that still run.
   */
  public static final class Lasting extends LogManager {
    private volatile boolean lasting;

    /** For the JDK, which makes the one instance. */
    public Lasting() {}

    @Override
    public void reset() {
      if (!lasting) {
        super.reset();
      }
    }
  }
}
