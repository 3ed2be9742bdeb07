package dev.helix.bench;

import dev.helix.blackbox.ServerUnderTest;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that runs before an upstream, and an empty sessions folder. */
final class BenchServer implements AutoCloseable {
  private static final Pattern HEAP_USED = Pattern.compile("heap\\s+total \\d+K, used (\\d+)K");
  private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)$");
  private static final Pattern READ = Pattern.compile("(?m)^rchar: (\\d+)$");
  private static final Pattern WRITTEN = Pattern.compile("(?m)^write_bytes: (\\d+)$");

  private final ServerUnderTest server;
  private final Path sessions;

  BenchServer(ServerUnderTest server, Path sessions, URI upstream) throws IOException {
    this(server, sessions, upstream, Map.of());
  }

  /** With further settings, over a sessions folder that need not be empty. */
  BenchServer(ServerUnderTest server, Path sessions, URI upstream, Map<String, String> settings)
      throws IOException {
    this.server = server;
    this.sessions = Files.createDirectories(sessions);
    Map<String, String> all = new HashMap<>(settings);
    all.put("helix.upstream.url", upstream + "/v1");
    server.start(all, sessions);
  }

  URI url() {
    return server.url();
  }

  long pid() {
    return server.pid();
  }

  Path sessions() {
    return sessions;
  }

  Transcripts transcripts() {
    return new Transcripts(sessions);
  }

  /** The heap in use after a full collection, in MiB. */
  double heapAfterCollection() throws IOException {
    jcmd("GC.run");
    return number(HEAP_USED, jcmd("GC.heap_info")) / 1024.0;
  }

  /** The seconds of the CPU that the process has used so far. */
  double cpuSeconds() {
    return ProcessHandle.of(pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .map(time -> time.toMillis() / 1e3)
        .orElseThrow();
  }

  /** The process's threads, also those that are not Java's. */
  long threads() throws IOException {
    return number(THREADS, Files.readString(Path.of("/proc/" + server.pid() + "/status")));
  }

  /**
   * Bytes that the process has caused to be written to disks so far, in whole pages; what goes to
   * sockets is not among them. Source: proc(5), {@code /proc/pid/io}.
   */
  long bytesWritten() throws IOException {
    return number(WRITTEN, Files.readString(Path.of("/proc/" + server.pid() + "/io")));
  }

  /**
   * Bytes that the process has read so far, from files and sockets. Source: proc(5), {@code
   * /proc/pid/io}.
   */
  long bytesRead() throws IOException {
    return number(READ, Files.readString(Path.of("/proc/" + server.pid() + "/io")));
  }

  private String jcmd(String command) throws IOException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), "" + server.pid(), command)
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("jcmd " + command + " failed: " + text);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return text;
  }

  private static long number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in: " + text);
    }
    return Long.parseLong(matcher.group(1));
  }

  @Override
  public void close() {
    server.close();
  }
}
