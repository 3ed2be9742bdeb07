package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Turns through the server, the same straight to its upstream, and forced writes to the same disk,
 * in rounds one after the other. Prints one line of JSON: for each round the medians. Any turn that
 * fails ends it with an exception. Arguments: server URL, upstream URL, callers, rounds,
 * conversations of a caller in a round, folder for the forced writes, name for the conversation
 * ids.
 */
final class TurnLoad {
  /** Each conversation has a first turn, which makes the session, and some that go on. */
  static final int TURNS = 10;

  private static final int FORCED_WRITES = 200;

  /** Rounds that only warm the server up, for each that is measured. */
  private static final int WARM_UP = 2;

  private final int conversations;
  private final String name;
  private final ExecutorService threads;
  private final int callers;

  private TurnLoad(int callers, int conversations, String name) {
    this.callers = callers;
    this.conversations = conversations;
    this.name = name;
    this.threads = Executors.newFixedThreadPool(callers);
  }

  /** The rounds whose conversations are stored, those to warm up included. */
  static int allRounds(int rounds) {
    return rounds + WARM_UP * rounds;
  }

  /** The id of a conversation that a caller held in a round. */
  static String id(String name, int round, int caller, int conversation) {
    return name + "-" + round + "-" + caller + "-" + conversation;
  }

  public static void main(String[] arguments) throws Exception {
    URI server = URI.create(arguments[0]);
    URI upstream = URI.create(arguments[1]);
    TurnLoad load =
        new TurnLoad(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[4]), arguments[6]);
    int rounds = Integer.parseInt(arguments[3]);
    ArrayNode measured = Json.array();
    for (int round = 0; round < allRounds(rounds); round++) {
      ObjectNode medians = Json.object();
      Turns straight = load.round(upstream, round);
      Turns through = load.round(server, round);
      medians
          .put("straight_ms", straight.later.millis(0.5))
          .put("first_ms", through.first.millis(0.5))
          .put("later_ms", through.later.millis(0.5))
          .put("later_p99_ms", through.later.millis(0.99))
          .put("forced_write_ms", forcedWrites(Path.of(arguments[5])));
      if (round >= WARM_UP * rounds) {
        measured.add(medians);
      }
    }
    load.threads.shutdown();
    System.out.println(measured);
  }

  private Turns round(URI target, int round) throws InterruptedException, ExecutionException {
    List<Future<Turns>> running = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      int caller = i;
      running.add(threads.submit(() -> hold(target, round, caller)));
    }
    Turns all = new Turns();
    for (Future<Turns> one : running) {
      all.first.addAll(one.get().first);
      all.later.addAll(one.get().later);
    }
    return all;
  }

  private Turns hold(URI target, int round, int number) {
    Turns turns = new Turns();
    try (TurnCaller caller = new TurnCaller(target)) {
      for (int conversation = 0; conversation < conversations; conversation++) {
        caller.begin(id(name, round, number, conversation));
        turns.first.add(caller.turn());
        while (caller.turns() < TURNS) {
          turns.later.add(caller.turn());
        }
      }
    }
    return turns;
  }

  /** The median of appending one KiB and forcing it, in milliseconds. */
  private static double forcedWrites(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "forced", ".bin");
    Sample sample = new Sample();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      ByteBuffer block = ByteBuffer.allocateDirect(1024);
      for (int i = 0; i < FORCED_WRITES; i++) {
        long start = System.nanoTime();
        channel.write(block.clear());
        channel.force(false);
        sample.add(System.nanoTime() - start);
      }
    } finally {
      Files.delete(file);
    }
    return sample.millis(0.5);
  }

  /** The times of a conversation's first turn and of those that went on. */
  private static final class Turns {
    private final Sample first = new Sample();
    private final Sample later = new Sample();
  }
}
