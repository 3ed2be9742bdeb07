package dev.helix.store.files.recent;

import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import dev.helix.session.StoreUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The order in which the sessions of a directory were last used, so that the newest can be listed
 * without a look at all. Uses are gathered in memory and in a log; when they are many, they are
 * merged into a sorted file. A list reads as much of it as it needs, and asks each session whether
 * the line still is true.
 *
 * <p>All of it is a cache: what a crash or another program makes wrong is found when it is met in a
 * list, or made anew in the background. Its failures hinder nobody. Thread-safe.
 */
public final class UseOrder {
  private static final Logger LOG = System.getLogger(UseOrder.class.getName());

  private static final int IN_MEMORY = 4096;

  /** So many bytes of the sorted file are written for each session that was used, at most. */
  private static final int SORTED_BYTES_EACH = 4096;

  /** The log is written anew when it has so many lines for each session in memory. */
  private static final int LINES_EACH = 4;

  private static final int ATTEMPTS = 10;

  /** How many seconds a list waits for the first look at all sessions. */
  private static final int FIRST_LOOK = 10;

  private final UseFolder folder;
  private final Path sessions;
  private final int inMemory;

  /** Does what takes long: merging into the sorted file, and making it anew. */
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "helix-session-order");
            thread.setDaemon(true);
            return thread;
          });

  // The rest is guarded by this, but for what the executor's one thread does with files.
  private final Map<String, Use> newest = new HashMap<>();
  private final UseLog log;
  private boolean isSorting;

  /** Whether a line in memory may be later than that in the log. */
  private boolean isBehind;

  /** How often lines were taken out of memory since they are in the sorted file. */
  private int sorted;

  /** So many sessions are in memory until they are sorted; more where that failed. */
  private int limit;

  /** Done when every session that was there at the start is known. */
  private Future<?> known;

  /** Whether lists are nearly right before that. */
  private boolean isWhole;

  /** Whether the files will say all when they are closed. */
  private boolean isTrue;

  private volatile boolean closing;

  /**
   * Opens the order.
   *
   * @param inMemory so many sessions are in memory until they are sorted, and more where the sorted
   *     file is large
   */
  UseOrder(Path sessions, int inMemory) throws IOException {
    this.sessions = sessions;
    this.inMemory = inMemory;
    this.folder = new UseFolder(sessions);
    isTrue = folder.isClean();
    isWhole = folder.isWhole();
    folder.prepare();
    limit = limit();
    log = new UseLog(folder, isWhole);
    try {
      newest.putAll(folder.readLog());
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the order of last use is damaged and made anew", e);
      isTrue = false;
      isWhole = false;
      folder.unmark();
    }
    log.replace(newest.values(), isWhole);
    // A crash may have left the log behind what the sessions say, which counts once it is known.
    Map<String, Use> doubtful = Map.copyOf(newest);
    known =
        isTrue
            ? CompletableFuture.completedFuture(null)
            : executor.submit(() -> makeAnew(doubtful));
  }

  /** Opens the order, before anything in the directory is changed. */
  public static UseOrder open(Path sessions) throws IOException {
    return new UseOrder(sessions, IN_MEMORY);
  }

  /**
   * A session is used, or will be made at once: said before it is, so that no crash makes a session
   * that is not listed. The log has the first use of each second.
   */
  public synchronized void used(Use use) {
    Use before = newest.put(use.id(), use);
    if (before != null && before.isOfSameSecond(use) && !log.hasFailed()) {
      isBehind = true;
      return;
    }
    log.add(use, newest.values(), isWhole);
    sortInTime();
  }

  /** The session is gone. */
  public void forget(SessionId id) {
    used(Use.gone(id.value()));
  }

  private void sortInTime() {
    boolean due = newest.size() > limit || log.lines() > LINES_EACH * limit;
    if (due && !isSorting && !closing) {
      isSorting = true;
      Future<?> unused = executor.submit(this::sort);
    }
  }

  private int limit() throws IOException {
    return (int) Math.max(inMemory, folder.sortedBytes() / SORTED_BYTES_EACH);
  }

  private void sort() {
    boolean done = false;
    int sortedAt = inMemory;
    try {
      Map<String, Use> many = many();
      if (many.isEmpty() || folder.merge(many, () -> closing)) {
        takeOut(many);
      }
      sortedAt = limit();
      done = true;
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the order of last use cannot be sorted; it is tried again later", e);
    }
    synchronized (this) {
      isSorting = false;
      limit = done ? sortedAt : 2 * Math.max(limit, newest.size());
      sortInTime(); // What came meanwhile found it busy.
    }
  }

  /** What is in memory, if that is much. */
  private synchronized Map<String, Use> many() {
    return newest.size() > limit ? Map.copyOf(newest) : Map.of();
  }

  /** Has lines in memory and in the log no more, but what came of their sessions since. */
  private synchronized void takeOut(Map<String, Use> lines) {
    sorted += lines.isEmpty() ? 0 : 1;
    lines.forEach(
        (id, line) -> newest.computeIfPresent(id, (same, now) -> isSame(line, now) ? null : now));
    log.replace(newest.values(), isWhole);
  }

  /** Looks at all sessions, and takes what they say in place of all that was known before. */
  private void makeAnew(Map<String, Use> doubtful) {
    try {
      if (folder.makeAnew(() -> closing)) {
        synchronized (this) {
          isWhole = true;
          isTrue = true;
          takeOut(doubtful);
        }
      }
    } catch (IOException e) {
      LOG.log(
          Level.WARNING, "the order of last use cannot be made anew; lists read all sessions", e);
      throw new UncheckedIOException(e);
    }
  }

  /** A page of everybody's sessions. */
  public List<SessionState> list(
      Position after, int limit, Function<SessionId, Optional<SessionState>> find) {
    return list(null, after, limit, find);
  }

  /**
   * A page as {@link dev.helix.session.SessionStore#list} says.
   *
   * @param owner whose sessions they are, as {@link Use#key} says; null for everybody's
   * @throws SessionException if it cannot be made
   */
  public List<SessionState> list(
      String owner, Position after, int limit, Function<SessionId, Optional<SessionState>> find) {
    Use place = Use.at(after);
    try {
      if (limit > 0 && awaitKnown()) {
        return page(place, owner, limit, find);
      }
    } catch (IOException e) {
      startAnew(e);
    }
    return folder.pageOfAll(place, owner, limit, find);
  }

  /**
   * How many sessions there are behind a place, without a look at any: one that another program
   * took away counts until a list meets it. Empty where that cannot be said for now.
   *
   * @param earliest the time of the last one that counts
   */
  public OptionalLong count(String owner, Position after, Instant earliest) {
    long last = earliest == null ? Use.EARLIEST : Use.micros(earliest);
    try {
      if (awaitKnown()) {
        return OptionalLong.of(folder.count(snapshot(), Use.at(after), owner, last));
      }
    } catch (IOException e) {
      startAnew(e);
    }
    return OptionalLong.empty();
  }

  private synchronized Map<String, Use> snapshot() {
    return new HashMap<>(newest);
  }

  private synchronized void startAnew(IOException e) {
    if (closing || !known.isDone()) {
      return;
    }
    LOG.log(Level.WARNING, "the order of last use cannot be read and is made anew", e);
    isWhole = false;
    isTrue = false;
    known = executor.submit(() -> makeAnew(Map.of()));
  }

  /**
   * Waits a little for a look at all sessions.
   *
   * @return whether the order can be used
   * @throws StoreUnavailableException if the first look takes longer
   */
  private boolean awaitKnown() {
    Future<?> look;
    boolean usable;
    synchronized (this) {
      look = known;
      usable = isWhole;
    }
    try {
      look.get(usable ? 1 : FIRST_LOOK, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      if (!usable) {
        throw new StoreUnavailableException(
            "the sessions in " + sessions + " are looked through for the first time", e);
      }
      return true;
    } catch (ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return usable;
    }
  }

  private List<SessionState> page(
      Use place, String owner, int limit, Function<SessionId, Optional<SessionState>> find)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      Map<String, Use> snapshot;
      int before;
      synchronized (this) {
        snapshot = new HashMap<>(newest);
        before = sorted;
      }
      boolean[] again = new boolean[1];
      List<SessionState> page =
          folder.page(
              snapshot,
              place,
              owner,
              limit,
              find,
              (line, found) -> {
                synchronized (this) {
                  if (sorted != before) {
                    again[0] = true; // Of what was taken out we cannot tell whether it was used.
                    return false;
                  }
                  Use shown = snapshot.get(line.id());
                  if (!isSame(shown, newest.get(line.id()))) {
                    return shown != null; // As of when the page was begun: no page goes back.
                  }
                  used(found == null ? Use.gone(line.id()) : found);
                  again[0] |= found != null && found.isAfter(place);
                  return false;
                }
              });
      if (!again[0] || attempt == ATTEMPTS) {
        return page;
      }
    }
  }

  /** Whether it is the very same line: another one may say the same, and be of a later use. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(Use one, Use other) {
    return one == other;
  }

  /** Writes what is outstanding. Called when nothing is used any more. */
  public void close() {
    synchronized (this) {
      closing = true; // Under the lock, so that nothing is handed to the executor later.
    }
    executor.shutdown();
    boolean ended = false;
    try {
      // What takes long is given up. Too slow a disk, and the next start finds no mark.
      ended = executor.awaitTermination(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      try {
        if (log.hasFailed() || isBehind) {
          log.replace(newest.values(), isWhole);
        }
        log.close();
        if (ended && isTrue && !log.hasFailed()) {
          folder.markClean();
        }
      } catch (IOException e) {
        LOG.log(Level.WARNING, "the order of last use is made anew by the next start", e);
      }
    }
  }
}
