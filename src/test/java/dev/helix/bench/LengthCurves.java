package dev.helix.bench;

import dev.helix.bench.Curve.Limit;
import dev.helix.bench.Curve.Point;
import dev.helix.bench.Curve.Series;
import dev.helix.blackbox.ServerUnderTest;
import dev.helix.session.SessionStore;
import dev.helix.store.files.FileSessionStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a turn costs, the longer its conversation is: where the caller sends the new question only
 * and a few stored messages go upstream with it, and where the caller resends all, as far as a
 * request may have so many messages.
 */
final class LengthCurves {
  /** Of each conversation, behind one turn that does not count. */
  private static final int TURNS = 4;

  private static final int MESSAGES_OF_ALL = 40_000;

  private static final int[] WARM_UP = {200, 202, 204, 206};

  /** The kernel counts in steps of ten. */
  private static final double LEAST_CPU_MILLIS = 50;

  /** Of one request. */
  private static final int MOST_MESSAGES = 20_000;

  private final int[] sizes;
  private final int mostConversations;
  private final Costs stored = new Costs();
  private final Costs resent = new Costs();

  LengthCurves(boolean full) {
    mostConversations = full ? 40 : 4;
    sizes =
        full ? new int[] {10, 100, 1000, 2000, 10_000, 19_000, 100_000} : new int[] {10, 100, 2000};
  }

  /** What was measured of one kind of turn. */
  private static final class Costs {
    final List<Point> millis = new ArrayList<>();
    final List<Point> cpu = new ArrayList<>();
  }

  void run(Path folder, Results results) throws IOException {
    Path sessions = folder.resolve("sessions");
    try (SessionStore store = FileSessionStore.open(sessions)) {
      for (int size : WARM_UP) {
        seed(store, size);
      }
      for (int size : sizes) {
        seed(store, size);
      }
    }
    ServerUnderTest war = ServerUnderTest.launcher();
    Map<String, String> settings = Map.of("helix.history.max.messages", "4");
    try (Upstream upstream = Upstream.start();
        BenchServer server = new BenchServer(war, sessions, upstream.url(), settings)) {
      for (int size : WARM_UP) {
        measure(server, size, new Costs(), new Costs());
      }
      for (int size : sizes) {
        measure(server, size, stored, resent);
      }
      try (HistoryCaller caller = new HistoryCaller(server.url())) {
        int status = caller.status("too-many", Seeds.resent(MOST_MESSAGES + 2));
        if (status != 400) {
          throw new IllegalStateException("more messages than may be were answered " + status);
        }
      }
    }
    plot(results);
  }

  private void seed(SessionStore store, int size) {
    for (int i = 0; i < conversations(size); i++) {
      Seeds.store(store, "stored-" + size + "-" + i, size);
      if (isResendable(size)) {
        Seeds.store(store, "resent-" + size + "-" + i, size);
      }
    }
  }

  private int conversations(int size) {
    return Math.max(1, Math.min(mostConversations, MESSAGES_OF_ALL / size));
  }

  private static boolean isResendable(int messages) {
    return messages + 2 * (TURNS + 1) <= MOST_MESSAGES;
  }

  private void measure(BenchServer server, int size, Costs newOnly, Costs whole)
      throws IOException {
    try (HistoryCaller caller = new HistoryCaller(server.url())) {
      measure(
          server,
          size,
          newOnly,
          (i, turn) -> caller.stored("stored-" + size + "-" + i, size / 2 + turn));
      if (!isResendable(size)) {
        return;
      }
      StringBuilder history = Seeds.resent(size);
      int[] turns = {size / 2};
      measure(
          server,
          size,
          whole,
          (i, turn) -> {
            if (turns[0] < size / 2 + turn) {
              Seeds.addTurn(history, turns[0]++);
            }
            return caller.resent("resent-" + size + "-" + i, history, size / 2 + turn);
          });
    }
  }

  /** One turn of one of the conversations of a size; in nanoseconds. */
  private interface Work {
    long turn(int conversation, int turn);
  }

  private void measure(BenchServer server, int size, Costs costs, Work work) {
    int conversations = conversations(size);
    for (int i = 0; i < conversations; i++) {
      long unused = work.turn(i, 0);
    }
    List<Double> millis = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    long begun = ProcessFigures.cpu(server.pid()).toNanos();
    int counted = 0;
    for (int turn = 1; turn <= TURNS; turn++) {
      Sample sample = new Sample();
      for (int i = 0; i < conversations; i++) {
        sample.add(work.turn(i, turn));
        counted++;
        long now = ProcessFigures.cpu(server.pid()).toNanos();
        boolean last = cpu.isEmpty() && turn == TURNS && i == conversations - 1;
        if (last || (now - begun) / 1e6 >= LEAST_CPU_MILLIS) {
          cpu.add((now - begun) / 1e6 / counted);
          begun = now;
          counted = 0;
        }
      }
      millis.add(sample.millis(0.5));
    }
    costs.millis.add(new Point(size, Spread.of(millis)));
    costs.cpu.add(new Point(size, Spread.of(cpu)));
  }

  private void plot(Results results) {
    Limit limit = new Limit(MOST_MESSAGES, "a request has at most 20,000 messages");
    String time = "milliseconds";
    results.plot(
        curve("turn-over-length", "A durable turn", time, limit, stored.millis, resent.millis));
    results.plot(
        curve(
            "cpu-over-length", "The server's CPU for a turn", time, limit, stored.cpu, resent.cpu));
  }

  private static Curve curve(
      String name, String title, String unit, Limit limit, List<Point> newOnly, List<Point> whole) {
    return new Curve(
        name,
        title + ", the longer its conversation is",
        "stored messages",
        unit,
        true,
        true,
        List.of(
            new Series("the new question is sent, and 4 stored messages with it", newOnly),
            new Series("the whole history is resent", whole)),
        limit);
  }
}
