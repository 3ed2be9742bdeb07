package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.net.URI;

/**
 * Many streams open at once, each with a token a second: how late tokens are, and what it takes.
 */
final class ManyStreams {
  private final int streams;
  private final int tokens;

  ManyStreams(int streams, int tokens) {
    this.streams = streams;
    this.tokens = tokens;
  }

  /** The same load straight to the upstream: what the measuring itself adds. */
  ObjectNode straight(URI upstream) throws IOException {
    try (Child load = load(upstream, "straight")) {
      expectQuiet(load);
      return finished(load);
    }
  }

  ObjectNode run(BenchServer server, String name) throws IOException {
    double heapBefore = server.heapAfterCollection();
    long threadsBefore = server.threads();
    ObjectNode figures;
    try (Child load = load(server.url(), name)) {
      expectQuiet(load); // all are open now, and their lateness is no longer noted
      double heap = server.heapAfterCollection();
      long threads = server.threads();
      figures = finished(load);
      figures
          .put("heap_idle_mib", heapBefore)
          .put("heap_open_mib", heap)
          .put("heap_for_a_stream_kib", (heap - heapBefore) * 1024 / streams)
          .put("threads_idle", threadsBefore)
          .put("threads_open", threads);
    }
    for (int i = 0; i < streams; i++) {
      server.transcripts().checkTokens(name + "-" + i, tokens);
    }
    System.out.println("    " + figures);
    return figures;
  }

  private Child load(URI target, String name) throws IOException {
    return Child.start(StreamLoad.class, target.toString(), "" + streams, "" + tokens, name);
  }

  private static void expectQuiet(Child load) throws IOException {
    String line = load.line();
    if (!line.equals("QUIET")) {
      throw new IllegalStateException("the streams were never all open at once: " + line);
    }
  }

  private ObjectNode finished(Child load) throws IOException {
    ObjectNode figures = (ObjectNode) Json.read(load.line());
    if (figures.path("most_open").asInt() != streams) {
      throw new IllegalStateException("not all streams were open at once: " + figures);
    }
    return figures.put("tokens", tokens);
  }
}
