package dev.helix.operator;

import java.io.Console;
import java.io.PrintStream;
import java.util.function.LongSupplier;

/**
 * Says how far a copy is: with a bar at a terminal, else with a line every now and then. Not
 * thread-safe.
 */
final class CopyProgress {
  private static final int WIDTH = 30;
  private static final long BAR_NANOS = 100_000_000L;
  private static final long LINE_NANOS = 10_000_000_000L;

  private final PrintStream err;
  private final boolean terminal;
  private final LongSupplier nanoTime;
  private final int total;
  private final String unit;
  private long last;
  private int shown;

  CopyProgress(PrintStream err, boolean terminal, LongSupplier nanoTime, int total) {
    this(err, terminal, nanoTime, total, "sessions");
  }

  CopyProgress(PrintStream err, boolean terminal, LongSupplier nanoTime, int total, String unit) {
    this.unit = unit;
    this.err = err;
    this.terminal = terminal;
    this.nanoTime = nanoTime;
    this.total = total;
    this.last = nanoTime.getAsLong();
  }

  /** Whether somebody looks at a terminal. */
  @SuppressWarnings("SystemConsoleNull") // Where it is never null it can be asked.
  static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true; // Before Java 22 there is a console at a terminal only.
    }
  }

  /** So many are done. */
  void at(int done) {
    long now = nanoTime.getAsLong();
    if (now - last < (terminal ? BAR_NANOS : LINE_NANOS)) {
      return;
    }
    last = now;
    if (terminal) {
      draw(done);
    } else {
      err.println(done + " of " + total + " " + unit);
    }
  }

  private void draw(int done) {
    int part = total == 0 ? WIDTH : (int) ((long) WIDTH * Math.min(done, total) / total);
    String bar = "[" + "#".repeat(part) + " ".repeat(WIDTH - part) + "] " + done + " of " + total;
    err.print("\r" + bar + " ".repeat(Math.max(0, shown - bar.length())));
    err.flush();
    shown = bar.length();
  }

  /** Says something else, on a line of its own. */
  void say(String line) {
    clear();
    err.println(line);
  }

  /** Ends with nothing left of the bar. */
  void clear() {
    if (shown > 0) {
      err.print("\r" + " ".repeat(shown) + "\r");
      shown = 0;
    }
  }
}
