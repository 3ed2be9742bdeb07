package dev.helix.store.files;

import dev.helix.session.SessionId;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The folders of a sessions directory that were set aside: {@code <session_id>.unreadable-<time>}.
 * Thread-safe. The directory is looked through once, when somebody first asks.
 */
final class SetAside {
  static final String WHY = "unreadable";

  private final Path sessions;

  /** Null until somebody asks. */
  private Set<Path> known;

  SetAside(Path sessions) {
    this.sessions = sessions;
  }

  /** A folder was set aside. */
  synchronized void add(Path aside) {
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
