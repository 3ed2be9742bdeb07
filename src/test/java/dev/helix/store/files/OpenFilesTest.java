package dev.helix.store.files;

import static dev.helix.store.SessionStoreContract.element;
import static dev.helix.store.SessionStoreContract.state;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** However many sessions are used, few files are open. */
@EnabledOnOs(OS.LINUX)
class OpenFilesTest {
  private static final int THREADS = 8;
  private static final int SESSIONS = 30;

  @TempDir Path directory;

  /** The files of the test's directory that this process holds open. */
  private long open() throws IOException {
    long open = 0;
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        if (isOfTheStore(file)) {
          open++;
        }
      }
    }
    return open;
  }

  private boolean isOfTheStore(Path file) {
    try {
      return Files.readSymbolicLink(file).startsWith(directory);
    } catch (IOException e) {
      return false; // Closed meanwhile.
    }
  }

  private static void use(SessionStore store, String name) {
    LogVersion one =
        store
            .append(state(name, name), LogVersion.NONE, List.of(element("1", "x")), null)
            .version();
    store.force(new SessionId(name));
    store.append(state(name, name), one, List.of(element("2", "y")), null);
    store.saveNote(new SessionId(name), "why", "because");
    store.read(new SessionId(name), LogVersion.NONE);
    store.list(20);
  }

  @Test
  void sessionsInUse_holdNoFilesOpen() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    try (SessionStore store = FileSessionStore.open(directory.resolve("sessions"))) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        String thread = "t" + t + "-";
        running.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < SESSIONS; i++) {
                    use(store, thread + i);
                  }
                }));
      }
      long most = 0;
      while (running.stream().anyMatch(thread -> !thread.isDone())) {
        most = Math.max(most, open());
      }
      for (Future<?> thread : running) {
        thread.get();
      }
      // For each thread what it writes or lists just now, and the lock, the log and the order.
      assertTrue(most <= THREADS * 12L + 10, most + " files were open");
      long left = open();
      assertTrue(left <= 6, left + " files stay open");
    } finally {
      executor.shutdownNow();
    }
    assertTrue(open() == 0, "nothing stays open");
  }
}
