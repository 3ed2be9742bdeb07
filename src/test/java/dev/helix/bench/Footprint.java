package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.appserver.AppServerProcess;
import dev.helix.appserver.AppServers;
import dev.helix.appserver.Deployment;
import dev.helix.packaging.Built;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * What the WAR costs before anybody talks: its size, and what it adds to the start and to the heap
 * of a Tomcat. An empty WAR in the same Tomcat is what both are compared with. Each start is that
 * of a new Tomcat, which unpacks the WAR, and they take turns, so that both meet the same machine.
 */
final class Footprint {
  private static final String SERVER_JARS = "WEB-INF/lib-provided/";
  private static final Pattern LIVE_BYTES = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(2);
  private static final double MB = 1e6;

  /** What is started, and how it is seen that it serves. */
  private record Application(Deployment deployment, String path) {}

  /** Of several starts: seconds to the first answer, the CPU's and ours, and MB live then. */
  private record Starts(List<Double> seconds, List<Double> cpuSeconds, List<Double> megabytes) {
    Starts() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  private final int starts;

  Footprint(int starts) {
    this.starts = starts;
  }

  /**
   * Measures in a new folder. A MB is a million bytes; the seconds of the CPU, among the details,
   * say how much a busy machine stretched the others.
   */
  void run(Path folder, Results results) throws IOException {
    Files.createDirectories(folder);
    Path sessions = folder.resolve("sessions");
    Application empty =
        new Application(
            Deployment.of("empty", emptyWar(folder.resolve("empty.war")), Map.of()),
            "/empty/here.txt");
    Application ours =
        new Application(
            Deployment.of(Map.of("HELIX_SESSIONS_DIR", sessions.toString())),
            "/helix-sessions/health/ready");
    Starts ofEmpty = new Starts();
    Starts ofOurs = new Starts();
    for (int i = 0; i < starts; i++) {
      start(empty, ofEmpty);
      start(ours, ofOurs);
    }
    double whole = Files.size(Built.war()) / MB;
    results.add(
        Key.WAR_MB, "without the embedded server", whole - serverJars() / MB, Goal.atMost(8));
    results.add(Key.WAR_MB, "with it", whole, null);
    results.add(
        Key.START_OVER_EMPTY_WAR_S,
        "wall time",
        differences(ofOurs.seconds(), ofEmpty.seconds()),
        Goal.atMost(1));
    results.add(
        Key.IDLE_HEAP_MB, "Tomcat and the WAR", Spread.of(ofOurs.megabytes()), Goal.atMost(64));
    results.add(
        Key.IDLE_HEAP_MB,
        "less that of an empty WAR",
        differences(ofOurs.megabytes(), ofEmpty.megabytes()),
        null);
    ObjectNode details = Json.object();
    put(details, "start_cpu_s", ofOurs.cpuSeconds(), ofEmpty.cpuSeconds());
    put(details, "start_s", ofOurs.seconds(), ofEmpty.seconds());
    results.detail("footprint", details);
  }

  private static Spread differences(List<Double> ours, List<Double> empty) {
    List<Double> differences = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      differences.add(ours.get(i) - empty.get(i));
    }
    return Spread.of(differences);
  }

  private static void put(ObjectNode details, String what, List<Double> ours, List<Double> empty) {
    details.set(what + "_of_war", Spread.of(ours).toJson());
    details.set(what + "_of_empty_war", Spread.of(empty).toJson());
  }

  private static void start(Application application, Starts starts) {
    try (AppServerProcess server =
        AppServerProcess.begin(AppServers.TOMCAT_10, application.deployment())) {
      long begun = System.nanoTime();
      awaitFirstAnswer(server, application.path());
      starts.seconds().add((System.nanoTime() - begun) / 1e9);
      starts.cpuSeconds().add(cpuSeconds(server.pid()));
      starts.megabytes().add(liveMegabytes(server));
    }
  }

  /** The live objects in the heap, in millions of bytes. */
  static double liveMegabytes(AppServerProcess server) {
    // It collects before it counts.
    Matcher total = LIVE_BYTES.matcher(server.jcmd("GC.class_histogram"));
    if (!total.find()) {
      throw new IllegalStateException("no total in the histogram");
    }
    return Long.parseLong(total.group(1)) / MB;
  }

  private static double cpuSeconds(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(time -> time.toMillis() / 1e3)
        .orElseThrow();
  }

  /** Tomcat binds its port early, and answers there once all is deployed. */
  private static void awaitFirstAnswer(AppServerProcess server, String path) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        int status = RawClient.get(server.root(), path).status();
        if (status != 200) {
          throw new IllegalStateException(path + " was answered " + status + server.output());
        }
        return;
      } catch (UncheckedIOException notYet) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("no answer: " + server.output(), notYet);
        }
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      }
    }
  }

  private static Path emptyWar(Path file) throws IOException {
    try (OutputStream bytes = Files.newOutputStream(file);
        ZipOutputStream war = new ZipOutputStream(bytes)) {
      put(
          war,
          "WEB-INF/web.xml",
          "<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='6.0'"
              + " metadata-complete='true'/>");
      put(war, "here.txt", "here");
    }
    return file;
  }

  private static void put(ZipOutputStream war, String name, String text) throws IOException {
    war.putNextEntry(new ZipEntry(name));
    war.write(text.getBytes(StandardCharsets.UTF_8));
    war.closeEntry();
  }

  private static long serverJars() throws IOException {
    try (ZipFile war = new ZipFile(Built.war().toFile())) {
      return war.stream()
          .filter(entry -> entry.getName().startsWith(SERVER_JARS))
          .mapToLong(ZipEntry::getCompressedSize)
          .sum();
    }
  }
}
