package dev.helix.scripted;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What a class of this JVM logs for the operator while this is open. Thread-safe. */
public final class LoggedLines extends Handler implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<String> warnings = new CopyOnWriteArrayList<>();

  /** Held, as the JDK forgets loggers that nobody holds. */
  private final Logger logger;

  private LoggedLines(String name) {
    logger = Logger.getLogger(name);
    logger.addHandler(this);
  }

  /** What the class of this name logs from now on. */
  public static LoggedLines of(String className) {
    return new LoggedLines(className);
  }

  /** The lines so far, the least important left out. */
  public List<String> all() {
    return List.copyOf(lines);
  }

  /** Those of the lines so far that warn. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Waits for a line with these words, and gives it; fails when none comes in time. */
  public String await(String words) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < end) {
      for (String line : lines) {
        if (line.contains(words)) {
          return line;
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no line with " + words + " but " + lines);
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getLevel().intValue() >= Level.INFO.intValue()) {
      String line = new SimpleFormatter().formatMessage(record);
      if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
        warnings.add(line);
      }
      lines.add(line);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
