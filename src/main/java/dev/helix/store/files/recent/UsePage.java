package dev.helix.store.files.recent;

import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A page of the list of sessions, made of the lines that tell the order of last use and of what the
 * sessions themselves say. Used once.
 */
public final class UsePage {
  /** What is done about a line that is not what its session says. */
  public interface Mismatch {
    /**
     * Says whether a session that was found is listed as the line says, else not at all.
     *
     * @param found what the session says; null where there is none
     * @param isNewest whether the line is among those that count instead of the files'
     */
    boolean listed(Use line, Use found, boolean isNewest);
  }

  private final Map<String, Use> newest;
  private final List<Path> files;
  private final Function<SessionId, Optional<SessionState>> find;
  private final Mismatch mismatch;

  /** Of each session that was listed, in which order its line was written among others. */
  private final Map<String, Integer> seen = new HashMap<>();

  private final List<SessionState> page = new ArrayList<>();

  /**
   * @param newest the lines of the sessions last used, which count instead of the files'
   * @param files sorted lines, those written first in the first file
   */
  public UsePage(
      Map<String, Use> newest,
      List<Path> files,
      Function<SessionId, Optional<SessionState>> find,
      Mismatch mismatch) {
    this.newest = newest;
    this.files = files;
    this.find = find;
    this.mismatch = mismatch;
  }

  /**
   * At most so many behind a place.
   *
   * @param place null for the beginning
   */
  public List<SessionState> after(Use place, int limit) throws IOException {
    TreeSet<Use> sorted = new TreeSet<>();
    for (Use use : newest.values()) {
      if (!use.isGone() && use.isAfter(place)) {
        sorted.add(use);
      }
    }
    try (MergedUses stored = new MergedUses(files, place)) {
      Use next = nextStored(stored);
      while (page.size() < limit && (next != null || !sorted.isEmpty())) {
        if (next == null || (!sorted.isEmpty() && sorted.first().compareTo(next) <= 0)) {
          consider(sorted.pollFirst(), files.size());
        } else {
          consider(next, stored.last());
          next = nextStored(stored);
        }
      }
    }
    return page;
  }

  private Use nextStored(MergedUses stored) throws IOException {
    Use use = stored.next();
    while (use != null && (use.isGone() || newest.containsKey(use.id()))) {
      use = stored.next();
    }
    return use;
  }

  /** Of several lines of a session the one written last must be true too: a merge keeps it. */
  private void consider(Use line, int written) {
    Integer listed = seen.get(line.id());
    if (listed != null && written <= listed) {
      return;
    }
    Optional<SessionState> state = SessionId.ofName(line.id()).flatMap(find);
    Use found = state.map(Use::of).orElse(null);
    boolean isTrue = line.equals(found);
    boolean counts = isTrue || mismatch.listed(line, found, written == files.size());
    if (counts && found != null) {
      seen.put(line.id(), written);
      if (listed == null) {
        page.add(isTrue ? state.get() : state.get().withUpdatedAt(line.time()));
      }
    }
  }
}
