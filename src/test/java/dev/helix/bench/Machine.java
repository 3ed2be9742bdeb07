package dev.helix.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the benchmark ran on, as far as its figures depend on it.
 *
 * @param java the version
 * @param processor the model, or the architecture where the system names no model
 * @param processors how many the JVM may use
 * @param memory in bytes, as much of it as the JVM's container may use
 * @param system the kernel with its release
 * @param fdatasyncMillis what a small forced append takes, the median; null where it is not known
 */
record Machine(
    String java,
    String processor,
    int processors,
    long memory,
    String system,
    Double fdatasyncMillis) {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  /** This one; what its disk takes was measured. */
  static Machine here(Double fdatasyncMillis) {
    return new Machine(
        System.getProperty("java.version"),
        processorHere(),
        Runtime.getRuntime().availableProcessors(),
        memoryHere(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        fdatasyncMillis);
  }

  private static long memoryHere() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getTotalMemorySize();
  }

  private static String processorHere() {
    String architecture = System.getProperty("os.arch");
    if (!Files.isReadable(CPUINFO)) {
      return architecture;
    }
    try (Stream<String> lines = Files.lines(CPUINFO, StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In half a sentence. */
  @Override
  public String toString() {
    String words =
        String.format(
            Locale.ROOT,
            "Java %s, %s, %d %s, %.1f GB of memory, %s",
            java,
            processor,
            processors,
            processors == 1 ? "processor" : "processors",
            memory / 1e9,
            system);
    return fdatasyncMillis == null
        ? words
        : words + ", fdatasync in " + Numbers.plain(fdatasyncMillis) + " ms (median)";
  }
}
