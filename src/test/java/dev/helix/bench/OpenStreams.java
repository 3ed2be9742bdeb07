package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.appserver.AppServerProcess;
import dev.helix.appserver.AppServers;
import dev.helix.appserver.Deployment;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.slf4j.Logger;

/**
 * Many streams open at once, each with a token a second, through a Tomcat 10.1 as it is published
 * with a heap of 512 MB: how late tokens are, and what a stream takes. Straight to the upstream the
 * same load shows what the measuring itself adds.
 */
final class OpenStreams {
  private static final double LATE_MS = 1000;
  private static final String HEAP = "-Xmx512m";
  private static final Goal GOAL = Goal.atLeast(0.9);

  /** A server, and the options of its JVM. */
  private record Kind(String of, String options, boolean tomcat) {
    ServerUnderTest server() {
      return tomcat
          ? ServerUnderTest.in(AppServers.TOMCAT_10, options)
          : ServerUnderTest.launcher();
    }

    Map<String, String> settings() {
      return tomcat ? Map.of() : Map.of("java.tool.options", options);
    }
  }

  private int throughUs;
  private final Path folder;
  private final int seconds;
  private final int more;

  /**
   * Measurements in a folder.
   *
   * @param seconds for which all streams are open and looked at
   * @param more seconds that each stream is longer than that, so that the server can be looked at
   */
  OpenStreams(Path folder, int seconds, int more) {
    this.folder = folder;
    this.seconds = seconds;
    this.more = more;
  }

  /** Holds more and more streams on the Tomcat of the goal, until it cannot hold them. */
  void run(Results results, List<Integer> steps) throws IOException {
    Kind goal = new Kind("Tomcat 10.1, 200 threads, 512 MB", HEAP, true);
    List<Curve.Point> middle = new ArrayList<>();
    List<Curve.Point> latest = new ArrayList<>();
    List<Curve.Point> straight = new ArrayList<>();
    Curve.Limit limit = null;
    int held = 0;
    for (int streams : steps) {
      ObjectNode alone = straight(streams);
      straight.add(new Curve.Point(streams, once(ms(alone, "max"))));
      ObjectNode through = through(goal, streams, results);
      if (through == null) {
        limit = new Curve.Limit(streams, "not all of them can be held in 512 MB");
        break;
      }
      middle.add(new Curve.Point(streams, once(ms(through, "p50"))));
      latest.add(new Curve.Point(streams, once(ms(through, "max"))));
      if (ms(through, "max") > LATE_MS) {
        limit = new Curve.Limit(streams, "a token came more than a second late");
        break;
      }
      held = streams;
    }
    results.add(Key.OPEN_STREAMS, goal.of(), held, null);
    throughUs = held;
    if (middle.isEmpty()) {
      return;
    }
    results.plot(
        new Curve(
            "open-streams",
            "Lateness of a token by streams open at once",
            "open streams, a token a second each",
            "milliseconds late",
            true,
            true,
            List.of(
                new Curve.Series("latest, through the server", latest),
                new Curve.Series("median, through the server", middle),
                new Curve.Series("latest, straight to the upstream", straight)),
            limit));
  }

  /** Holds as many streams as the goal asks for on servers that have room for them. */
  void elsewhere(Results results, int streams) throws IOException {
    ObjectNode unused = straight(streams);
    for (Kind kind :
        List.of(
            new Kind("Tomcat 10.1, 200 threads, 1,536 MB", "-Xmx1536m", true),
            new Kind("java -jar, 512 MB", HEAP, false))) {
      ObjectNode through = through(kind, streams, results);
      boolean held = through != null && ms(through, "max") <= LATE_MS;
      results.add(Key.OPEN_STREAMS, kind.of() + ", of " + streams, held ? streams : 0, null);
    }
  }

  /**
   * Holds streams on the Tomcat of the goal with other servlets in our place: one that makes the
   * tokens itself, and one that passes the upstream's on.
   */
  void withoutUs(Results results, List<Integer> steps, List<Integer> passing) throws IOException {
    Path tokens =
        ServletWar.make(folder.resolve("tokens.war"), TokenServlet.class, Map.of(), List.of());
    int held = most("tokens", tokens, steps, results);
    String tomcat = "Tomcat 10.1, 200 threads, 512 MB: ";
    results.add(
        Key.OPEN_STREAMS,
        tomcat + "a servlet that makes the tokens itself, and no more",
        held,
        null);
    results.add(
        Key.OPEN_STREAMS,
        "through us, over those of that servlet",
        throughUs / (double) held,
        GOAL);
    try (Upstream upstream = Upstream.start()) {
      Path pass =
          ServletWar.make(
              folder.resolve("pass.war"),
              PassServlet.class,
              Map.of("upstream", upstream.url().toString()),
              List.of(
                  HttpAsyncClients.class, HttpHost.class, HttpVersionPolicy.class, Logger.class));
      results.add(
          Key.OPEN_STREAMS,
          tomcat + "a servlet that passes the upstream's on by our HTTP client, and no more",
          most("pass", pass, passing, results),
          null);
    }
  }

  /** How many a WAR's servlet holds, of these steps. */
  private int most(String name, Path war, List<Integer> steps, Results results) throws IOException {
    int held = 0;
    for (int streams : steps) {
      if (!holds(name, war, streams, results)) {
        break;
      }
      held = streams;
    }
    return held;
  }

  private boolean holds(String name, Path war, int streams, Results results) throws IOException {
    String of = "tomcat-" + name + "-" + streams;
    Deployment alone = Deployment.of(name, war, Map.of()).withJvmOptions(HEAP);
    try (AppServerProcess server = AppServerProcess.start(AppServers.TOMCAT_10, alone);
        Child load = load(server.url(), streams, "alone")) {
      double before = Footprint.liveMegabytes(server);
      try {
        expect(load, "OPEN");
        expect(load, "QUIET");
        double kib = (Footprint.liveMegabytes(server) - before) * 1e6 / 1024 / streams;
        ObjectNode figures = finished(load, streams).put("heap_for_a_stream_kib", kib);
        results.detail(of, figures);
        System.out.println("    " + of + ": " + figures);
        return ms(figures, "max") <= LATE_MS;
      } catch (IllegalStateException notHeld) {
        results.detail(of, Json.object().put("not_held", String.valueOf(notHeld.getMessage())));
        return false;
      }
    }
  }

  private static double ms(ObjectNode figures, String which) {
    return figures.path(which + "_ms").asDouble();
  }

  private static Spread once(double value) {
    return Spread.of(List.of(value));
  }

  private int tokens(int streams) {
    return streams / StreamLoad.RATE + seconds + more;
  }

  /** The same load straight to the upstream, which must not be late by itself. */
  private ObjectNode straight(int streams) throws IOException {
    try (Upstream upstream = Upstream.start();
        Child load = load(upstream.url(), streams, "straight")) {
      expect(load, "OPEN");
      expect(load, "QUIET");
      ObjectNode figures = finished(load, streams);
      if (ms(figures, "max") > LATE_MS) {
        throw new IllegalStateException(
            "generator and upstream alone are late with " + streams + " streams: " + figures);
      }
      return figures;
    }
  }

  /** Null where the server could not hold them all. */
  private ObjectNode through(Kind kind, int streams, Results results) throws IOException {
    String name = "streams-" + streams;
    Path sessions = folder.resolve((kind.of() + "-" + streams).replaceAll("[^a-zA-Z0-9]+", "-"));
    try (Upstream upstream = Upstream.start();
        BenchServer server =
            new BenchServer(kind.server(), sessions, upstream.url(), kind.settings());
        Child load = load(server.url(), streams, name)) {
      double heapBefore = server.heapAfterCollection();
      long threadsBefore = server.threads();
      double cpu;
      double heap;
      long threads;
      double busy;
      ObjectNode figures;
      try {
        expect(load, "OPEN");
        cpu = server.cpuSeconds();
        long begun = System.nanoTime();
        expect(load, "QUIET"); // all are open still, and their lateness is no longer noted
        busy = (server.cpuSeconds() - cpu) / ((System.nanoTime() - begun) / 1e9);
        heap = server.heapAfterCollection();
        threads = server.threads();
        figures = finished(load, streams);
      } catch (IllegalStateException notHeld) {
        results.detail(
            sessions.getFileName().toString(),
            Json.object().put("not_held", String.valueOf(notHeld.getMessage())));
        return null;
      }
      for (int i = 0; i < streams; i++) {
        server.transcripts().checkTokens(name + "-" + i, tokens(streams));
      }
      figures
          .put("heap_idle_mib", heapBefore)
          .put("heap_open_mib", heap)
          .put("heap_for_a_stream_kib", (heap - heapBefore) * 1024 / streams)
          .put("threads_idle", threadsBefore)
          .put("threads_open", threads)
          .put("processors_busy", busy)
          .put("cpu_for_a_token_us", busy * 1e6 / streams);
      results.detail(sessions.getFileName().toString(), figures);
      System.out.println("    " + sessions.getFileName() + ": " + figures);
      return figures;
    }
  }

  private Child load(URI target, int streams, String name) throws IOException {
    return Child.start(
        StreamLoad.class,
        target.toString(),
        "" + streams,
        "" + tokens(streams),
        "" + seconds,
        name,
        Api.CHAT.name());
  }

  static void expect(Child load, String word) throws IOException {
    String line = load.line();
    if (!line.equals(word)) {
      throw new IllegalStateException("the streams were never all open at once: " + line);
    }
  }

  static ObjectNode finished(Child load, int streams) throws IOException {
    ObjectNode figures = (ObjectNode) Json.read(load.line());
    if (figures.path("most_open").asInt() != streams) {
      throw new IllegalStateException("not all streams were open at once: " + figures);
    }
    return figures;
  }
}
