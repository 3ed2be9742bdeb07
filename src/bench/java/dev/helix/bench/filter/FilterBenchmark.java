package dev.helix.bench.filter;

import dev.helix.bench.filter.StubRequest.Call;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One request after the other, of one caller: made, taken through a filter to what reads its
 * session, and done. Each way has a process to itself.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FilterBenchmark {
  /** The system property that names the folder for what is kept. */
  static final String FOLDER = "dev.helix.bench.folder";

  /** Which {@link Way}. */
  @Param({"bare", "ours", "chat", "token", "jdbc", "redis"})
  public String way;

  private Way opened;
  private Call[] calls;
  private int next;

  /** Opens the store with its sessions. */
  @Setup
  public void open() throws ServletException {
    // Else each process says where its sessions are.
    Logger.getLogger("").setLevel(Level.WARNING);
    Path folder = Path.of(System.getProperty(FOLDER), way + "-" + UUID.randomUUID());
    opened =
        switch (way) {
          case "bare" -> Way.bare();
          case "ours" -> Ours.anonymous(folder);
          case "chat" -> Ours.chat(folder);
          case "token" -> Ours.withToken(folder);
          case "jdbc" -> Springs.jdbc();
          case "redis" -> Springs.redis();
          default -> throw new IllegalArgumentException(way);
        };
    calls = opened.calls().toArray(Call[]::new);
  }

  /** A request. */
  @Benchmark
  public Object request() throws IOException, ServletException {
    next = next + 1 == calls.length ? 0 : next + 1;
    StubRequest request = new StubRequest(calls[next]);
    StubResponse response = new StubResponse();
    opened.handle(request, response);
    return response;
  }

  /** Closes the store. */
  @TearDown
  public void close() {
    opened.close();
  }
}
