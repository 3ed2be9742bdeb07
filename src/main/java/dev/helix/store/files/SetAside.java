package dev.helix.store.files;

import dev.helix.session.SessionId;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The folders of a sessions directory that were set aside: {@code <session_id>.unreadable-<time>};
 * and how often something was found damaged. Thread-safe. The directory is looked through once,
 * when somebody first asks.
 */
final class SetAside {
  static final String WHY = "unreadable";

  private final Path sessions;
  private final AtomicInteger damaged = new AtomicInteger();

  /** Null until somebody asks. */
  private Set<Path> known;

  SetAside(Path sessions) {
    this.sessions = sessions;
  }

  /** Something was found damaged, and all of it is kept. */
  void damaged() {
    damaged.incrementAndGet();
  }

  /** How often that was since the store was opened. */
  int damages() {
    return damaged.get();
  }

  /** A folder was set aside. */
  synchronized void add(Path aside) {
    damaged();
    if (known != null) {
      known.add(aside);
    }
  }

  /** Those of a session, some of which may be gone. The first call may take long. */
  synchronized List<Path> of(SessionId id) throws IOException {
    if (known == null) {
      known = new HashSet<>(Disk.entries(sessions, "*." + WHY + "-*"));
    }
    List<Path> all = new ArrayList<>(known);
    String begin = id + "." + WHY + "-"; // An id has no dot in it.
    all.removeIf(path -> !path.getFileName().toString().startsWith(begin));
    return all;
  }
}
