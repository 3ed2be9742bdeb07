package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Heap that open streams take, of responses and of chats of the same text, each at a new server.
 */
final class ResponseStreams {
  private static final String OPTIONS = "-Xmx1g";

  private final int streams;
  private final int seconds;

  ResponseStreams(boolean full) {
    streams = full ? 2000 : 100;
    seconds = full ? 12 : 2;
  }

  void run(Path folder, Results results) throws IOException {
    double chat = kib(folder, Api.CHAT, results);
    double response = kib(folder, Api.RESPONSES, results);
    results.add(
        Key.RESPONSE_HEAP_OVER_CHAT, streams + " streams", response / chat, Goal.atMost(1.25));
  }

  private double kib(Path folder, Api api, Results results) throws IOException {
    String name = "streams-" + api.name().toLowerCase(Locale.ROOT);
    int tokens = streams / StreamLoad.RATE + 2 * seconds;
    try (Upstream upstream = Upstream.start();
        BenchServer server =
            new BenchServer(
                ServerUnderTest.launcher(),
                folder.resolve(name),
                upstream.url(),
                Map.of("java.tool.options", OPTIONS));
        Child load =
            Child.start(
                StreamLoad.class,
                server.url().toString(),
                "" + streams,
                "" + tokens,
                "" + seconds,
                name,
                api.name())) {
      double before = server.heapAfterCollection();
      OpenStreams.expect(load, "OPEN");
      OpenStreams.expect(load, "QUIET");
      double kib = (server.heapAfterCollection() - before) * 1024 / streams;
      ObjectNode figures = OpenStreams.finished(load, streams).put("heap_for_a_stream_kib", kib);
      for (int i = 0; i < streams; i++) {
        server.transcripts().checkTokens(name + "-" + i, tokens);
      }
      results.detail(name, figures);
      System.out.println("    " + name + ": " + figures);
      return kib;
    }
  }
}
