package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The benchmark's program. It prints its figures as they come, and at the end writes {@code
 * target/bench/results.json} and the {@linkplain ReportPage page}; when a request fails, a
 * transcript is not complete, or the load generator or the upstream may have been the limit, it
 * ends with an exception and writes nothing. System properties: {@code bench.short} is {@code true}
 * to only see that it works, in under three minutes; {@code bench.parts} names {@linkplain #parts
 * parts}, parted by commas, that are run alone, of which nothing is written; those of the
 * integration tests name the WAR and the servers.
 */
public final class Bench {
  private static final Path PROJECT = Path.of("").toAbsolutePath();
  private static final Path FOLDER = PROJECT.resolve("target/bench");

  private final boolean full;
  private final Results results = new Results(System.out::println);

  private interface Part {
    void run(Path folder) throws IOException;
  }

  private Bench(boolean full) {
    this.full = full;
  }

  public static void main(String[] arguments) throws IOException {
    List<String> parts =
        Stream.of(System.getProperty("bench.parts", "").split(","))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .toList();
    clear(FOLDER);
    Bench bench = new Bench(!Boolean.getBoolean("bench.short"));
    bench.run(parts);
    if (parts.isEmpty()) {
      bench.report();
    }
  }

  private Map<String, Part> parts() {
    Map<String, Part> parts = new TreeMap<>();
    parts.put("1-footprint", folder -> new Footprint(full ? 9 : 1).run(folder, results));
    parts.put("2-turns", this::turns);
    parts.put("3-streams", this::streams);
    parts.put("4-filter", folder -> FilterCost.of(full).run(folder, results));
    parts.put("5-store", this::store);
    parts.put("6-sessions", folder -> new ManySessions(full).run(folder, results));
    parts.put("7-length", this::length);
    parts.put("8-databases", this::databases);
    parts.put(
        "9-cpu", folder -> new TurnCpu(full ? 15 : 3, full ? 2000 : 200).run(folder, results));
    parts.put("a-responses", this::responses);
    parts.put("b-list", folder -> new OwnerLists(full).run(folder, results));
    return parts;
  }

  private void run(List<String> chosen) throws IOException {
    for (Map.Entry<String, Part> part : parts().entrySet()) {
      String name = part.getKey().substring(2);
      if (chosen.isEmpty() || chosen.contains(name)) {
        long begun = System.nanoTime();
        System.out.println(name);
        part.getValue().run(Files.createDirectories(FOLDER.resolve(name)));
        System.out.printf("  took %d s%n", (System.nanoTime() - begun) / 1_000_000_000);
      }
    }
  }

  private void report() throws IOException {
    Machine machine = Machine.here(ForcedAppends.one(FOLDER).millis(0.5));
    ObjectNode all = Json.object();
    all.put("size", full ? "full" : "short").put("machine", machine.toString());
    all.setAll(results.toJson());
    Path file = Files.writeString(FOLDER.resolve("results.json"), all.toPrettyString() + "\n");
    Path page = new ReportPage(results, full, machine).write(PROJECT);
    System.out.println("written to " + file + " and " + page);
  }

  /** Turns through the server and what people would use in its place. */
  private void turns(Path folder) throws IOException {
    Path environment = full ? FOLDER.resolveSibling("litellm") : null;
    try (Contenders contenders = new Contenders(folder, environment)) {
      if (full) {
        new TurnCost(contenders, folder, 1, 0).warmUp(160);
      }
      TurnCost turns = new TurnCost(contenders, folder, full ? 15 : 2, full ? 2 : 0);
      turns.whole(results, 1, full ? 20 : 5);
      turns.whole(results, 64, full ? 2 : 1);
      turns.firstToken(results, 1, full ? 20 : 2);
      turns.firstToken(results, 64, full ? 2 : 1);
      TurnCost few = new TurnCost(contenders, folder, 5, 1);
      few.besideLiteLlm(results, 1);
      few.besideLiteLlm(results, 64);
      TurnCost bursts = new TurnCost(contenders, folder, full ? 21 : 2, full ? 20 : 1);
      bursts.events(results, 8, full ? 50_000 : 2000);
      new CallersCurve(contenders, folder, full).run(results);
    }
  }

  private void streams(Path folder) throws IOException {
    OpenStreams streams = new OpenStreams(folder, full ? 15 : 2, full ? 12 : 2);
    streams.run(
        results, full ? List.of(1000, 2000, 3000, 3500, 3750, 4000, 4250, 4500) : List.of(200));
    List<Integer> few = List.of(200);
    streams.withoutUs(
        results,
        full ? List.of(4500, 5000, 5500) : few,
        full ? List.of(4000, 4250, 4500, 5000) : few);
    if (full) {
      streams.elsewhere(results, 8000);
    }
    new TokensBesideStore(full ? 30 : 3).run(folder.resolve("distant"), results);
  }

  private void store(Path folder) throws IOException {
    StoreTurns turns = full ? new StoreTurns(15, 100, 1600, 40) : new StoreTurns(3, 5, 5, 8);
    turns.run(folder.resolve("turns"), results);
    turns.longOverShort(folder.resolve("long-turns"), results);
    results.detail(
        "match", new HistoryMatch(full ? 15 : 3, full ? 200 : 50).run(folder.resolve("match")));
  }

  /** Conversations that grow long. */
  private void length(Path folder) throws IOException {
    new LongTurns(full).run(folder.resolve("long-turns"), results);
    new LengthCurves(full).run(folder.resolve("curves"), results);
    try (Upstream upstream = Upstream.start();
        BenchServer server =
            new BenchServer(ServerUnderTest.launcher(), folder.resolve("growth"), upstream.url())) {
      results.detail("growth", new DiskGrowth(full ? 1000 : 100).run(server));
    }
  }

  /** Responses beside chats. */
  private void responses(Path folder) throws IOException {
    new ResponseTurns(full).run(folder.resolve("turns"), results);
    new ResponseReads(full).run(folder.resolve("reads"), results);
    new ResponseStreams(full).run(folder.resolve("streams"), results);
  }

  private void databases(Path folder) throws IOException {
    new ListInPostgres(full).run(results);
    results.detail("redis", new RedisTurns(full ? 15 : 3, full ? 400 : 50).run());
    new JdbcTurns(full ? 15 : 3, full ? 1600 : 100).run(results);
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
