package dev.helix.bench;

import static dev.helix.bench.Key.TURN_2000_OVER_10;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.bench.ProcessFigures.Io;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.scripted.Json;
import dev.helix.session.SessionStore;
import dev.helix.store.files.FileSessionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a turn of a long conversation costs over one of a short conversation, where the caller sends
 * the new question only and the server has the rest. The setting {@code helix.history.max.messages}
 * has it send the same number of messages upstream in both. Batches of both take turns; in each
 * round the short conversations are new ones, as they would not stay short.
 */
final class LongTurns {
  private static final int SENT = 4;
  private static final int SHORT = 4;
  private static final int LONG = 2000;

  /** Turns of each conversation in a batch, behind one that does not count: 6 to 12 messages. */
  private static final int TURNS = 4;

  private static final Goal GOAL = Goal.atMost(1.3);

  private final int rounds;
  private final int warmUp;
  private final int conversations;

  LongTurns(boolean full) {
    rounds = full ? 5 : 3;
    warmUp = full ? 3 : 2;
    conversations = full ? 25 : 10;
  }

  void run(Path folder, Results results) throws IOException {
    Path sessions = folder.resolve("sessions");
    try (SessionStore store = FileSessionStore.open(sessions)) {
      for (int i = 0; i < conversations; i++) {
        Seeds.store(store, "long-" + i, LONG);
        for (int round = -warmUp; round < rounds; round++) {
          Seeds.store(store, name(round) + i, SHORT);
        }
      }
    }
    Map<String, String> settings = Map.of("helix.history.max.messages", "" + SENT);
    List<Cost> briefly = new ArrayList<>();
    List<Cost> lengthy = new ArrayList<>();
    ServerUnderTest war = ServerUnderTest.launcher();
    try (Upstream upstream = Upstream.start();
        BenchServer server = new BenchServer(war, sessions, upstream.url(), settings);
        HistoryCaller caller = new HistoryCaller(server.url())) {
      for (int round = -warmUp; round < rounds; round++) {
        Cost brief = batch(server, caller, name(round), SHORT);
        Cost at = batch(server, caller, "long-", LONG);
        if (round >= 0) {
          briefly.add(brief);
          lengthy.add(at);
        }
      }
      for (int i = 0; i < conversations; i++) {
        server.transcripts().check(name(rounds - 1) + i, SHORT / 2 + 1 + TURNS);
        server.transcripts().check("long-" + i, LONG / 2 + (1 + TURNS) * (warmUp + rounds));
      }
    }
    report(briefly, lengthy, results);
  }

  private static String name(int round) {
    return "short-" + (round < 0 ? "warm-up" + -round : round) + "-";
  }

  /** What one turn of a batch cost. */
  private record Cost(double cpuMillis, double bytes, double toDisk, double millis) {}

  private Cost batch(BenchServer server, HistoryCaller caller, String name, int messages)
      throws IOException {
    for (int i = 0; i < conversations; i++) {
      long unused = caller.stored(name + i, messages / 2);
    }
    Sample sample = new Sample();
    Duration cpu = ProcessFigures.cpu(server.pid());
    Io before = ProcessFigures.io(server.pid());
    for (int turn = 1; turn <= TURNS; turn++) {
      for (int i = 0; i < conversations; i++) {
        sample.add(caller.stored(name + i, messages / 2 + turn));
      }
    }
    Io io = ProcessFigures.io(server.pid()).minus(before);
    Duration used = ProcessFigures.cpu(server.pid()).minus(cpu);
    double turns = sample.size();
    return new Cost(
        used.toNanos() / 1e6 / turns, io.passed() / turns, io.toDisk() / turns, sample.millis(0.5));
  }

  private void report(List<Cost> briefly, List<Cost> lengthy, Results results) {
    ObjectNode details =
        Json.object().put("rounds", rounds).put("turns_in_batch", conversations * TURNS);
    figure(details, "cpu_ms", briefly, lengthy, Cost::cpuMillis);
    figure(details, "bytes", briefly, lengthy, Cost::bytes);
    figure(details, "bytes_to_disk", briefly, lengthy, Cost::toDisk);
    figure(details, "ms", briefly, lengthy, Cost::millis);
    results.detail("turns_long_over_short", details);
    String upstream = ", with " + SENT + " messages sent along";
    results.add(
        TURN_2000_OVER_10,
        "CPU of the server" + upstream,
        ratios(briefly, lengthy, Cost::cpuMillis),
        GOAL);
    results.add(
        TURN_2000_OVER_10,
        "bytes read and written" + upstream,
        ratios(briefly, lengthy, Cost::bytes),
        GOAL);
  }

  private interface Part {
    double of(Cost cost);
  }

  private static void figure(
      ObjectNode details, String name, List<Cost> briefly, List<Cost> lengthy, Part part) {
    details.set(name + "_at_10", Spread.of(briefly.stream().map(part::of).toList()).toJson());
    details.set(name + "_at_" + LONG, Spread.of(lengthy.stream().map(part::of).toList()).toJson());
  }

  private static Spread ratios(List<Cost> briefly, List<Cost> lengthy, Part part) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < briefly.size(); i++) {
      ratios.add(part.of(lengthy.get(i)) / part.of(briefly.get(i)));
    }
    return Spread.of(ratios);
  }
}
