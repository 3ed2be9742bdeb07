package dev.helix.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel counts for a process. Sources: proc(5), {@code /proc/pid/stat} and {@code io}.
 */
final class ProcessFigures {
  private ProcessFigures() {}

  /** The processor's time that it has used so far, in steps of ten milliseconds. */
  static Duration cpu(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(handle -> handle.info().totalCpuDuration())
        .orElseThrow(() -> new IllegalStateException("process " + pid + " is gone"));
  }

  /**
   * What it has read and written so far.
   *
   * @param passed bytes of all reads and writes, of sockets and of what the page cache holds too
   * @param toDisk bytes that are to go to disks, in whole pages
   */
  record Io(long passed, long toDisk) {
    Io minus(Io before) {
      return new Io(passed - before.passed, toDisk - before.toDisk);
    }
  }

  static Io io(long pid) throws IOException {
    String text = Files.readString(Path.of("/proc/" + pid + "/io"));
    return new Io(number("rchar", text) + number("wchar", text), number("write_bytes", text));
  }

  private static long number(String name, String text) {
    Matcher matcher = Pattern.compile("(?m)^" + name + ": (\\d+)$").matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + name + " in: " + text);
    }
    return Long.parseLong(matcher.group(1));
  }
}
