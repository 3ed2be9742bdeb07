package dev.helix.crash;

import dev.helix.servers.SharedStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@link Crashes} on folders. */
class CrashIT {
  @Test
  void killedAtAnyMoment_everyAcknowledgedMessageIsThere_andNoSessionNeedsAHand() throws Exception {
    Path sessions = Path.of("target", "crash", "sessions").toAbsolutePath();
    clear(sessions);
    SharedStore folders = SharedStore.of(sessions);
    new Crashes("CrashIT", Crashes.KILLS, folders, new FolderAftermath(sessions)).check();
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
