package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
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
    ObjectNode results = Json.object();
    results
        .put("java", System.getProperty("java.version"))
        .put("processors", Runtime.getRuntime().availableProcessors());
    System.out.println("the WAR's size, and what it adds to a Tomcat's start and heap");
    results.setAll(new Footprint(full ? 9 : 3).run(FOLDER.resolve("footprint")));
    Results gathered = new Results(System.out::println);
    try (Contenders contenders =
        new Contenders(FOLDER.resolve("turns"), FOLDER.resolveSibling("litellm"), full)) {
      TurnCost turns =
          full ? new TurnCost(contenders, FOLDER, 15, 15) : new TurnCost(contenders, FOLDER, 3, 3);
      turns.whole(gathered, 1, full ? 20 : 5);
      turns.whole(gathered, 64, full ? 2 : 1);
      turns.firstToken(gathered, 1, full ? 20 : 5);
      turns.events(gathered, 16, full ? 4000 : 1000);
    }
    System.out.println("a resent history of 1,000 messages in a transcript of as many");
    results.set(
        "match",
        new HistoryMatch(full ? 15 : 3, full ? 200 : 50).run(FOLDER.resolve("sessions-match")));
    System.out.println("turns at the file store, and what the disk can do");
    results.set(
        "store_turns",
        (full ? new StoreTurns(9, 20, 40) : new StoreTurns(3, 5, 8))
            .run(FOLDER.resolve("store-turns")));
    System.out.println("the filter on a request with a warm session, and Spring Session's");
    Results filter = new Results(System.out::println);
    FilterCost.of(full).run(FOLDER.resolve("filter"), filter);
    results.setAll(filter.details());
    System.out.println("turns in Redis and bare commands there");
    results.set("redis", new RedisTurns(full ? 15 : 3, full ? 400 : 50).run());
    System.out.println("the newest 50 of many sessions, and of ten times as many");
    results.set(
        "list",
        new ListNewest(full ? 200_000 : 5_000, full ? 200 : 20).run(FOLDER.resolve("list")));
    System.out.println("turns in PostgreSQL against bare inserts of the same bytes");
    results.set("jdbc", new JdbcTurns(full ? 9 : 3, full ? 400 : 100).run());
    new OpenStreams(FOLDER.resolve("open-streams"), full ? 15 : 5)
        .run(gathered, full ? List.of(1000, 2000, 4000, 8000, 9000) : List.of(200));
    try (Upstream upstream = Upstream.start();
        BenchServer server = open("growth", ServerUnderTest.launcher(), upstream)) {
      System.out.println("one conversation, resent with each turn");
      results.set("growth", new DiskGrowth(full ? 1000 : 100).run(server));
    }
    return results;
  }

  private static BenchServer open(String name, ServerUnderTest server, Upstream upstream)
      throws IOException {
    return new BenchServer(server, FOLDER.resolve("sessions-" + name), upstream.url());
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
