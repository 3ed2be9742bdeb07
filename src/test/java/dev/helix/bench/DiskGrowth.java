package dev.helix.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one conversation writes to the disk, early and late, when its client resends all of it with
 * each turn. Two figures, since either alone can hide something: how the session's files grow
 * (which does not see a file written anew), and the pages that the kernel counts for the whole
 * process (which counts whole pages, and whatever else the process writes).
 */
final class DiskGrowth {
  private static final int EARLY = 10;
  private static final int WINDOW = 10;

  private final int turns;

  DiskGrowth(int turns) {
    this.turns = turns;
  }

  ObjectNode run(BenchServer server) throws IOException {
    String id = "growth-" + turns;
    Path folder = server.sessions().resolve("conv-" + id);
    List<Double> grown = new ArrayList<>();
    List<Double> written = new ArrayList<>();
    List<Double> millis = new ArrayList<>();
    try (TurnCaller caller = new TurnCaller(server.url())) {
      caller.begin(id);
      long size = 0;
      long pages = server.bytesWritten();
      for (int turn = 1; turn <= turns; turn++) {
        millis.add(caller.turn() / 1e6);
        long nextSize = sizeOf(folder);
        long nextPages = server.bytesWritten();
        grown.add((double) (nextSize - size));
        written.add((double) (nextPages - pages));
        size = nextSize;
        pages = nextPages;
      }
    }
    server.transcripts().check(id, turns);
    ObjectNode figures = Json.object().put("turns", turns).put("early_turn", EARLY);
    put(figures, "bytes_grown", grown);
    put(figures, "bytes_written", written);
    put(figures, "millis", millis);
    return figures;
  }

  private void put(ObjectNode figures, String name, List<Double> values) {
    Spread early = Spread.of(values.subList(EARLY - WINDOW / 2, EARLY + WINDOW / 2));
    Spread late = Spread.of(values.subList(turns - WINDOW, turns));
    System.out.println("    " + name + " at turn " + EARLY + ": " + early);
    System.out.println("    " + name + " at turn " + turns + ": " + late);
    figures.set(name + "_early", early.toJson());
    figures.set(name + "_late", late.toJson());
    figures.put(name + "_late_to_early", late.median() / early.median());
  }

  private static long sizeOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long size = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        size += Files.size(file);
      }
      return size;
    }
  }
}
