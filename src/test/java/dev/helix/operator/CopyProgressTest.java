package dev.helix.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How far a copy is, at a terminal and in a log. */
class CopyProgressTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

  private CopyProgress progress(boolean terminal, int total) {
    return new CopyProgress(new PrintStream(out, true, UTF_8), terminal, nanos::get, total);
  }

  private String said() {
    String said = out.toString(UTF_8).replace("\r\n", "\n");
    out.reset();
    return said;
  }

  @Test
  void atATerminal_itIsABar_thatGoesAwayForALine() {
    CopyProgress progress = progress(true, 60);
    progress.at(1);
    assertEquals("", said());
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
    progress.at(20);
    assertEquals("\r[##########" + " ".repeat(20) + "] 20 of 60", said());
    progress.at(21);
    assertEquals("", said());
    progress.say("look");
    assertEquals("\r" + " ".repeat(41) + "\rlook\n", said());
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
    progress.at(60);
    assertEquals("\r[" + "#".repeat(30) + "] 60 of 60", said());
    progress.clear();
    progress.clear();
    assertEquals("\r" + " ".repeat(41) + "\r", said());
  }

  @Test
  void elsewhere_itIsALine_everyTenSeconds() {
    CopyProgress progress = progress(false, 60);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(9));
    progress.at(1);
    assertEquals("", said());
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    progress.at(2);
    progress.at(3);
    assertEquals("2 of 60 sessions\n", said());
    progress.clear();
    assertEquals("", said());
  }
}
