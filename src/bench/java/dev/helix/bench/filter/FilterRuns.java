package dev.helix.bench.filter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs {@link FilterBenchmark} in rounds, in each of which every way has a process of its own, one
 * after the other. It prints a line of JSON for each round, with nanoseconds and bytes allocated
 * for a request of each way; JMH's own account is in {@code ours-0.log} and so on in the folder.
 *
 * <p>Arguments: the folder, how many rounds, how many tenths of a second count, the port of Redis,
 * and each way with the tenths of a second that are for its compiler, as {@code ours=30}.
 */
public final class FilterRuns {
  private static final TimeValue TENTH = TimeValue.milliseconds(100);

  private FilterRuns() {}

  public static void main(String[] arguments) throws RunnerException {
    int rounds = Integer.parseInt(arguments[1]);
    for (int round = 0; round < rounds; round++) {
      ObjectNode line = Json.object();
      for (String way : List.of(arguments).subList(4, arguments.length)) {
        String[] parts = way.split("=", 2);
        RunResult run = new Runner(options(arguments, round, parts[0], parts[1])).runSingle();
        line.putObject(parts[0])
            .put("ns", run.getPrimaryResult().getStatistics().getPercentile(50))
            .put("bytes", run.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
      }
      System.out.println(line);
    }
  }

  private static Options options(String[] arguments, int round, String way, String warmUps) {
    Path folder = Path.of(arguments[0]);
    List<String> forked = new ArrayList<>();
    forked.addAll(List.of("-Xms512m", "-Xmx512m"));
    forked.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
    forked.add("-D" + FilterBenchmark.FOLDER + "=" + folder);
    forked.add("-D" + Springs.REDIS_PORT + "=" + arguments[3]);
    if (Runtime.version().feature() > 23) {
      forked.add("--sun-misc-unsafe-memory-access=allow"); // JMH and Netty, or it is warned of.
    }
    return new OptionsBuilder()
        .include(FilterBenchmark.class.getName() + ".request")
        .param("way", way)
        .forks(1)
        .warmupIterations(Integer.parseInt(warmUps))
        .warmupTime(TENTH)
        .measurementIterations(Integer.parseInt(arguments[2]))
        .measurementTime(TENTH)
        .jvmArgs(forked.toArray(String[]::new))
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true)
        .output(folder.resolve(way + "-" + round + ".log").toString())
        .build();
  }
}
