package dev.helix.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import dev.helix.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.opentest4j.TestAbortedException;

/**
 * What the filter costs on a request whose session is stored and known, beside what Spring
 * Session's costs on the same request: the session is found, what is behind the filter reads it,
 * and the filter returns. Ours looks at the folder each time; Spring's reads the session with one
 * attribute and notes when it was used, as it does unless it is told otherwise. JMH measures both
 * in turn, each round of each in a process of its own.
 */
final class FilterCost {
  private static final String PROGRAM = "dev.helix.bench.filter.FilterRuns";
  private static final Goal AT_MOST = Goal.atMost(5_000);
  private static final Goal AT_LEAST = Goal.atLeast(10);
  private static final String OURS = "a request that names its conversation, nobody's";
  private static final String CHAT = "the same with a chat of 1.5 KB, into which it looks";
  private static final String TOKEN = "the same of a user whom a token names, which is verified";
  private static final String JDBC =
      "Spring Session's filter with H2 in its own memory, where it is fastest, over ours";
  private static final String REDIS =
      "Spring Session's filter with a Redis that keeps nothing on a disk, over ours";

  /** The ways, as they take turns, and the tenths of a second until the compiler is done. */
  private static final List<Map.Entry<String, Integer>> WAYS =
      List.of(
          Map.entry("bare", 10),
          Map.entry("ours", 30),
          Map.entry("chat", 30),
          Map.entry("token", 40),
          Map.entry("jdbc", 100),
          Map.entry("redis", 60));

  private final int rounds;
  private final int longest;
  private final int iterations;

  /**
   * A measurement of each way's so many rounds.
   *
   * @param longest the most tenths of a second that are for the compiler
   * @param iterations tenths of a second that count, of which the middle one does
   */
  private FilterCost(int rounds, int longest, int iterations) {
    this.rounds = rounds;
    this.longest = longest;
    this.iterations = iterations;
  }

  static FilterCost of(boolean full) {
    return full ? new FilterCost(3, 100, 12) : new FilterCost(1, 5, 2);
  }

  /**
   * Measures, and puts what it finds into the results.
   *
   * @param folder for what is kept meanwhile, and for JMH's own account
   */
  void run(Path folder, Results results) throws IOException {
    if (FilterCost.class.getResource("filter/FilterRuns.class") == null) {
      String why = "it was built without the profile bench";
      results.notRun(Key.FILTER_NS, OURS, why, AT_MOST);
      results.notRun(Key.FILTER_NS, CHAT, why, AT_MOST);
      results.notRun(Key.FILTER_NS, TOKEN, why, null);
      results.notRun(Key.FILTER_NS, JDBC, why, AT_LEAST);
      results.notRun(Key.FILTER_NS, REDIS, why, AT_LEAST);
      return;
    }
    try (RedisServer redis = RedisServer.start("appendonly no")) {
      measure(folder, redis.port(), WAYS, results);
    } catch (TestAbortedException e) {
      measure(folder, 0, WAYS.subList(0, WAYS.size() - 1), results);
      results.notRun(Key.FILTER_NS, REDIS, e.getMessage(), AT_LEAST);
    }
  }

  private void measure(
      Path folder, int redis, List<Map.Entry<String, Integer>> ways, Results results)
      throws IOException {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    List<String> arguments = new ArrayList<>();
    arguments.add(folder.toString());
    for (int number : new int[] {rounds, iterations, redis}) {
      arguments.add(Integer.toString(number));
    }
    ways.forEach(
        way -> arguments.add(way.getKey() + "=" + Math.min(longest, way.getValue().intValue())));
    List<JsonNode> measured = new ArrayList<>();
    try (Child child =
        Child.startWithAll(
            PROGRAM,
            List.of("-Djmh.ignoreLock=true", "-Djava.io.tmpdir=" + temporary),
            arguments)) {
      for (int round = 0; round < rounds; round++) {
        measured.add(Json.read(child.line()));
      }
    }
    results.add(Key.FILTER_NS, OURS, spread(measured, round -> nanos(round, "ours")), AT_MOST);
    results.add(Key.FILTER_NS, CHAT, spread(measured, round -> nanos(round, "chat")), AT_MOST);
    results.add(Key.FILTER_NS, TOKEN, spread(measured, round -> nanos(round, "token")), null);
    results.add(Key.FILTER_NS, JDBC, spread(measured, round -> overOurs(round, "jdbc")), AT_LEAST);
    if (ways.size() == WAYS.size()) {
      results.add(
          Key.FILTER_NS, REDIS, spread(measured, round -> overOurs(round, "redis")), AT_LEAST);
    }
    ObjectNode details = Json.object().put("rounds", rounds);
    for (Map.Entry<String, Integer> entry : ways) {
      String way = entry.getKey();
      Spread nanos = spread(measured, round -> nanos(round, way));
      Spread bytes = spread(measured, round -> round.get(way).get("bytes").doubleValue());
      System.out.println("    " + way + ", ns: " + nanos + ", bytes allocated: " + bytes);
      details.set(way + "_ns", nanos.toJson());
      details.set(way + "_allocated_bytes", bytes.toJson());
    }
    results.detail("filter", details);
  }

  private static double nanos(JsonNode round, String way) {
    return round.get(way).get("ns").doubleValue();
  }

  private static double overOurs(JsonNode round, String way) {
    return nanos(round, way) / nanos(round, "ours");
  }

  private static Spread spread(List<JsonNode> rounds, ToDoubleFunction<JsonNode> figure) {
    return Spread.of(rounds.stream().mapToDouble(figure).boxed().toList());
  }
}
