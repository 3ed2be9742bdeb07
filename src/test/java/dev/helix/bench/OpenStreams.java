package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.appserver.AppServers;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Many streams open at once, each with a token a second, through a Tomcat 10.1 as it is published
 * with a heap of 512 MB: how late tokens are, and what a stream takes. Straight to the upstream the
 * same load shows what the measuring itself adds.
 */
final class OpenStreams {
  /** Streams are opened at this rate, so that all are open for some seconds. */
  private static final int OPENED_IN_A_SECOND = 500;

  private static final double LATE_MS = 1000;
  private static final Goal GOAL = Goal.atLeast(8000);

  private final Path folder;
  private final int seconds;

  /**
   * Measurements in a folder.
   *
   * @param seconds for which all streams are open and looked at
   */
  OpenStreams(Path folder, int seconds) {
    this.folder = folder;
    this.seconds = seconds;
  }

  /** Holds more and more streams, until a token is late. */
  void run(Results results, List<Integer> steps) throws IOException {
    List<Curve.Point> middle = new ArrayList<>();
    List<Curve.Point> latest = new ArrayList<>();
    List<Curve.Point> straight = new ArrayList<>();
    Curve.Limit limit = null;
    int held = 0;
    ObjectNode details = Json.object();
    try (Upstream upstream = Upstream.start()) {
      for (int streams : steps) {
        ObjectNode alone = straight(upstream.url(), streams);
        if (ms(alone, "max") > LATE_MS) {
          throw new IllegalStateException(
              "generator and upstream alone are late with " + streams + " streams: " + alone);
        }
        straight.add(new Curve.Point(streams, once(ms(alone, "max"))));
        ObjectNode through;
        try {
          through = through(upstream.url(), streams);
        } catch (IllegalStateException e) {
          limit = new Curve.Limit(streams, "not all of them could be held");
          details.put("not_held", streams + ": " + e.getMessage());
          break;
        }
        details.set("streams_" + streams, through.deepCopy().set("straight", alone));
        middle.add(new Curve.Point(streams, once(ms(through, "p50"))));
        latest.add(new Curve.Point(streams, once(ms(through, "max"))));
        if (ms(through, "max") > LATE_MS) {
          limit = new Curve.Limit(streams, "a token came more than a second late");
          break;
        }
        held = streams;
      }
    }
    results.detail("open_streams", details);
    results.add(Key.OPEN_STREAMS, "Tomcat 10.1, 200 threads, 512 MB", held, GOAL);
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

  private static double ms(ObjectNode figures, String which) {
    return figures.path(which + "_ms").asDouble();
  }

  private static Spread once(double value) {
    return Spread.of(List.of(value));
  }

  private int tokens(int streams) {
    return streams / OPENED_IN_A_SECOND + seconds + StreamLoad.QUIET_TOKENS;
  }

  private ObjectNode straight(URI upstream, int streams) throws IOException {
    try (Child load = load(upstream, streams, "straight")) {
      expect(load, "OPEN");
      expect(load, "QUIET");
      return finished(load, streams);
    }
  }

  private ObjectNode through(URI upstream, int streams) throws IOException {
    String name = "streams-" + streams;
    try (BenchServer server =
            new BenchServer(
                ServerUnderTest.in(AppServers.TOMCAT_10, "-Xmx512m"),
                folder.resolve(name),
                upstream);
        Child load = load(server.url(), streams, name)) {
      double heapBefore = server.heapAfterCollection();
      long threadsBefore = server.threads();
      expect(load, "OPEN");
      double cpu = server.cpuSeconds();
      long begun = System.nanoTime();
      expect(load, "QUIET"); // all are open still, and their lateness is no longer noted
      double busy = (server.cpuSeconds() - cpu) / ((System.nanoTime() - begun) / 1e9);
      double heap = server.heapAfterCollection();
      long threads = server.threads();
      ObjectNode figures = finished(load, streams);
      for (int i = 0; i < streams; i++) {
        server.transcripts().checkTokens(name + "-" + i, tokens(streams));
      }
      return figures
          .put("heap_idle_mib", heapBefore)
          .put("heap_open_mib", heap)
          .put("heap_for_a_stream_kib", (heap - heapBefore) * 1024 / streams)
          .put("threads_idle", threadsBefore)
          .put("threads_open", threads)
          .put("processors_busy", busy)
          .put("cpu_for_a_token_us", busy * 1e6 / streams);
    }
  }

  private Child load(URI target, int streams, String name) throws IOException {
    return Child.start(
        StreamLoad.class, target.toString(), "" + streams, "" + tokens(streams), name);
  }

  private static void expect(Child load, String word) throws IOException {
    String line = load.line();
    if (!line.equals(word)) {
      throw new IllegalStateException("the streams were never all open at once: " + line);
    }
  }

  private static ObjectNode finished(Child load, int streams) throws IOException {
    ObjectNode figures = (ObjectNode) Json.read(load.line());
    if (figures.path("most_open").asInt() != streams) {
      throw new IllegalStateException("not all streams were open at once: " + figures);
    }
    return figures;
  }
}
