package dev.helix.store.files;

import dev.helix.session.SessionId;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folders of a sessions directory that were set aside: {@code <session_id>.unreadable-<time>}.
 * Thread-safe. The directory is looked through once, when somebody first asks.
 */
final class SetAside {
  static final String WHY = "unreadable";

  private final Path sessions;
  private final Set<Path> added = ConcurrentHashMap.newKeySet();

  /** Null until somebody asks. */
  private List<Path> found;

  SetAside(Path sessions) {
    this.sessions = sessions;
  }

  /** A folder is set aside now. */
  void add(Path aside) {
    added.add(aside);
  }

  /** Those of a session, some of which may be gone. The first call may take long. */
  List<Path> of(SessionId id) throws IOException {
    String begin = id + "." + WHY + "-"; // An id has no dot in it.
    List<Path> all = new ArrayList<>(found());
    all.addAll(added);
    all.removeIf(path -> !path.getFileName().toString().startsWith(begin));
    return all;
  }

  private synchronized List<Path> found() throws IOException {
    if (found == null) {
      found = List.copyOf(Disk.entries(sessions, "*." + WHY + "-*"));
    }
    return found;
  }
}
