package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.appserver.AppServers;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The benchmark's program. It prints its figures and writes them to {@code
 * target/bench/results.json}; when a request fails, or a transcript is not complete afterwards, it
 * ends with an exception and writes nothing. Argument: {@code short} (about a minute, to see that
 * it works) or {@code full} (about nine). The system properties of the integration tests name the
 * WAR and the servers.
 */
public final class Bench {
  private static final Path FOLDER = Path.of("target", "bench").toAbsolutePath();

  private final boolean full;

  private Bench(boolean full) {
    this.full = full;
  }

  public static void main(String[] arguments) throws IOException {
    String size = arguments.length == 1 ? arguments[0] : "";
    if (!size.equals("short") && !size.equals("full")) {
      System.err.println("usage: Bench short|full");
      System.exit(2);
    }
    clear(FOLDER);
    ObjectNode results = new Bench(size.equals("full")).run();
    Path file = FOLDER.resolve("results.json");
    Files.writeString(file, results.toPrettyString() + "\n");
    System.out.println("written to " + file);
  }

  private ObjectNode run() throws IOException {
    Results figures = new Results(System.out::println);
    ObjectNode results = Json.object();
    results
        .put("java", System.getProperty("java.version"))
        .put("processors", Runtime.getRuntime().availableProcessors());
    System.out.println("the WAR's size, and what it adds to a Tomcat's start and heap");
    results.setAll(new Footprint(full ? 9 : 3).run(FOLDER.resolve("footprint")));
    TurnCost turns = full ? new TurnCost(15, 20) : new TurnCost(3, 4);
    try (BenchServer server = open("turns", ServerUnderTest.launcher(), 1)) {
      for (int callers : new int[] {1, 16}) {
        System.out.println("a turn that is not streamed, callers: " + callers);
        results.set("turn_" + callers, turns.run(server, callers));
      }
    }
    System.out.println("a resent history of 1,000 messages in a transcript of as many");
    results.set(
        "match",
        new HistoryMatch(full ? 15 : 3, full ? 200 : 50).run(FOLDER.resolve("sessions-match")));
    System.out.println("turns at the file store, and what the disk can do");
    results.set("store_turns", storeTurns().run(FOLDER.resolve("store-turns")));
    System.out.println("turns in Redis and bare commands there");
    results.set("redis", new RedisTurns(full ? 15 : 3, full ? 400 : 50).run());
    many(figures);
    System.out.println("turns in PostgreSQL against bare inserts of the same bytes");
    results.set("jdbc", new JdbcTurns(full ? 9 : 3, full ? 400 : 100).run());
    int tokens = full ? 60 : 14;
    ManyStreams streams = full ? new ManyStreams(2000, tokens) : new ManyStreams(200, tokens);
    try (BenchServer server = open("streams-jetty", ServerUnderTest.launcher(), tokens)) {
      System.out.println("streams straight to the upstream, on embedded Jetty, on Tomcat");
      ObjectNode straight = streams.straight(server.upstreamUrl());
      System.out.println("    " + straight);
      results.set("streams_straight", straight);
      results.set("streams_jetty", streams.run(server, "jetty"));
    }
    try (BenchServer server =
        open("streams-tomcat", ServerUnderTest.in(AppServers.TOMCAT_10), tokens)) {
      results.set("streams_tomcat", streams.run(server, "tomcat"));
    }
    try (BenchServer server = open("growth", ServerUnderTest.launcher(), 1)) {
      System.out.println("one conversation, resent with each turn");
      results.set("growth", new DiskGrowth(full ? 1000 : 100).run(server));
    }
    results.set("measured", figures.details());
    return results;
  }

  /** What many sessions cost, and sessions with many messages. */
  private void many(Results results) throws IOException {
    System.out.println("lists of the newest 50 of many sessions, and starts with them");
    new ManySessions(full).run(FOLDER.resolve("many-sessions"), results);
    new ListInPostgres(full).run(results);
    System.out.println("a turn of a long conversation over one of a short one");
    new LongTurns(full).run(FOLDER.resolve("long-turns"), results);
    storeTurns().longOverShort(FOLDER.resolve("long-store-turns"), results);
    System.out.println("turns, the longer their conversation is");
    new LengthCurves(full).run(FOLDER.resolve("turns-by-length"), results);
  }

  private StoreTurns storeTurns() {
    return full ? new StoreTurns(9, 20, 40) : new StoreTurns(3, 5, 8);
  }

  private static BenchServer open(String name, ServerUnderTest server, int tokens)
      throws IOException {
    return new BenchServer(
        server, FOLDER.resolve("sessions-" + name), tokens, TurnCost.TEXT_LENGTH);
  }

  private static void clear(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(folder);
  }
}
