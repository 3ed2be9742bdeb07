package dev.helix.store;

import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * without a look at all. Uses are gathered in memory and in a log; when they are many, they become
 * a sorted file, and sorted files of like size become one. A list reads as much of each as it
 * needs, and asks each session whether the line still is true.
 *
 * <p>All of it is a cache: what a crash or another program makes wrong is found when it is met in a
 * list, or made anew in the background. Its failures hinder nobody. Thread-safe.
 */
final class UseOrder {
  private static final Logger LOG = System.getLogger(UseOrder.class.getName());

  /** So many sessions are in memory until they become a sorted file. */
  private static final int IN_MEMORY = 4096;

  /** The log is written anew when it has so many lines for each session in memory. */
  private static final int LINES_EACH = 4;

  /** So many lines of sessions that are gone are passed over at most. */
  private static final int GONE = 1024;

  private static final int ATTEMPTS = 4;

  private final UseFolder folder;
  private final UseRuns runs;
  private final Path sessions;

  /** Does what takes long: sorted files, and making all of them anew. */
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "helix-session-order");
            thread.setDaemon(true);
            return thread;
          });

  // The rest is guarded by this, but for what the executor's one thread does with files.
  private final Map<String, Long> newest;
  private final Set<String> unwritten = new HashSet<>();
  private final Set<String> gone = new HashSet<>();
  private OutputStream log;
  private int logLines;
  private boolean isSorting;
  private boolean failed;

  /** Done when every session that was there at the start is known. */
  private Future<?> known;

  /** Whether lists are nearly right before that. */
  private boolean isWhole;

  /** Whether the files will say all when they are closed. */
  private boolean isTrue;

  private volatile boolean closing;

  private UseOrder(Path sessions) throws IOException {
    this.sessions = sessions;
    this.folder = new UseFolder(sessions);
    folder.prepare();
    Map<String, Long> logged = Map.of();
    boolean clean = folder.isClean();
    isWhole = folder.isWhole();
    try {
      logged = folder.readLog();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the order of last use is damaged and made anew", e);
      clean = false;
      isWhole = false;
      folder.replaceLog(logged);
    }
    newest = new HashMap<>(logged);
    logLines = newest.size();
    runs = new UseRuns(folder);
    log = new FileOutputStream(folder.log().toFile(), true);
    isTrue = clean;
    if (clean) {
      folder.markInUse();
      known = CompletableFuture.completedFuture(null);
    } else {
      known = executor.submit(this::makeAnew);
    }
  }

  /** Opens the order, before anything in the directory is changed. */
  static UseOrder open(Path sessions) throws IOException {
    return new UseOrder(sessions);
  }

  /**
   * A session is used, or will be made at once: said before it is, so that no crash makes a session
   * that is not listed.
   *
   * @param soon whether {@link #write} comes soon, so that it is not written now
   */
  synchronized void used(Use use, boolean soon) {
    gone.remove(use.id());
    newest.put(use.id(), use.micros());
    unwritten.add(use.id());
    if (!soon) {
      write();
    }
  }

  /** The session is gone. */
  synchronized void forget(SessionId id) {
    newest.remove(id.value());
    unwritten.remove(id.value());
    gone.add(id.value());
    sortInTime();
  }

  /** Writes to the log what is not in it yet. */
  synchronized void write() {
    if (unwritten.isEmpty()) {
      return;
    }
    try {
      StringBuilder lines = new StringBuilder();
      for (String id : unwritten) {
        lines.append(newest.get(id)).append(' ').append(id).append('\n');
      }
      log.write(lines.toString().getBytes(StandardCharsets.ISO_8859_1));
      logLines += unwritten.size();
      unwritten.clear();
    } catch (IOException e) {
      fail(e);
    }
    sortInTime();
  }

  private synchronized void fail(IOException e) {
    if (!failed) {
      LOG.log(
          Level.WARNING, "the order of last use is not kept, and made anew by the next start", e);
    }
    failed = true;
  }

  private void sortInTime() {
    boolean due =
        newest.size() > IN_MEMORY || gone.size() > GONE || logLines > LINES_EACH * IN_MEMORY;
    if (due && !isSorting && !closing && !failed) {
      isSorting = true;
      Future<?> unused = executor.submit(this::sort);
    }
  }

  private void sort() {
    try {
      if (sealLog()) {
        mergeRuns();
      }
    } catch (IOException e) {
      fail(e);
    }
    synchronized (this) {
      isSorting = false;
      sortInTime(); // What came meanwhile found it busy.
    }
  }

  /** Makes a sorted file of what is in memory, if that is much, or else shortens the log. */
  private synchronized boolean sealLog() throws IOException {
    boolean full = newest.size() > IN_MEMORY;
    if (full) {
      runs.add(newest);
      newest.clear();
      unwritten.clear();
    }
    if (full || logLines > LINES_EACH * IN_MEMORY) {
      log.close();
      folder.replaceLog(newest);
      log = new FileOutputStream(folder.log().toFile(), true);
      logLines = newest.size();
      unwritten.clear();
    }
    return full || gone.size() > GONE;
  }

  /** Keeps the sorted files few, and without what is gone where that is much. */
  private void mergeRuns() throws IOException {
    Set<String> without;
    synchronized (this) {
      without = Set.copyOf(gone);
    }
    if (runs.merge(without, without.size() > GONE)) {
      forgetGone(without);
    }
  }

  private synchronized void forgetGone(Set<String> dropped) {
    gone.removeAll(dropped);
  }

  /** Looks at all sessions, and takes what they say in place of all that was known before. */
  private void makeAnew() {
    try {
      if (runs.makeAnew(() -> closing)) {
        synchronized (this) {
          isWhole = true;
          isTrue = true;
        }
        folder.markInUse();
      }
    } catch (IOException e) {
      fail(e);
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A page as {@link dev.helix.session.SessionStore#list} says.
   *
   * @throws SessionException if it cannot be made
   */
  List<SessionState> list(
      Position after, int limit, Function<SessionId, Optional<SessionState>> find) {
    if (limit < 0) {
      throw new IllegalArgumentException("negative limit");
    }
    try {
      if (limit > 0 && awaitKnown()) {
        return page(after == null ? null : Use.at(after), limit, find);
      }
    } catch (IOException e) {
      startAnew(e);
    }
    return limit == 0 ? List.of() : NewestSessions.in(sessions, after, limit, find);
  }

  private synchronized void startAnew(IOException e) {
    if (closing || !known.isDone()) {
      return;
    }
    LOG.log(Level.WARNING, "the order of last use cannot be read and is made anew", e);
    isWhole = false;
    isTrue = false;
    known = executor.submit(this::makeAnew);
  }

  /** Waits for a first look at all sessions; otherwise at most a little while. */
  private boolean awaitKnown() {
    Future<?> look;
    boolean usable;
    synchronized (this) {
      look = known;
      usable = isWhole;
    }
    try {
      look.get(usable ? 1 : 3600, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return usable;
    } catch (ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return usable;
    }
  }

  private List<SessionState> page(
      Use place, int limit, Function<SessionId, Optional<SessionState>> find) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Map<String, Long> snapshot;
      Set<String> without;
      List<Path> files;
      synchronized (this) {
        snapshot = new HashMap<>(newest);
        without = new HashSet<>(gone);
        files = runs.files();
      }
      boolean[] corrected = new boolean[1];
      UsePage page =
          new UsePage(
              snapshot,
              files,
              id -> without.contains(id.value()) ? Optional.empty() : find.apply(id),
              (line, found, isNewest) -> {
                if (found != null && usedSince(line)) {
                  return isNewest; // As of when the page was begun, so that no page goes back.
                }
                corrected[0] |= correct(line, found);
                return false;
              });
      try {
        List<SessionState> listed = page.after(place, limit);
        if (!corrected[0] || attempt >= ATTEMPTS) {
          return listed;
        }
      } catch (NoSuchFileException e) {
        if (attempt >= ATTEMPTS) {
          throw e; // Else it was merged meanwhile.
        }
      }
    }
  }

  private synchronized boolean usedSince(Use line) {
    Long now = newest.get(line.id());
    return now != null && now != line.micros();
  }

  /**
   * Takes what a session says in place of a line.
   *
   * @return whether the page must be made again, as the session belongs elsewhere
   */
  private synchronized boolean correct(Use line, Use found) {
    if (usedSince(line)) {
      return false;
    }
    if (found == null) {
      newest.remove(line.id());
      unwritten.remove(line.id());
      gone.add(line.id());
      sortInTime();
      return false;
    }
    newest.put(line.id(), found.micros());
    unwritten.add(line.id());
    return true;
  }

  /** Writes what is outstanding. Called when nothing is used any more. */
  void close() {
    synchronized (this) {
      closing = true; // Under the lock, so that nothing is handed to the executor later.
    }
    executor.shutdown();
    try {
      if (!executor.awaitTermination(60, TimeUnit.SECONDS)) {
        return; // Too slow; the next start finds no mark and makes it anew.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    write();
    synchronized (this) {
      try {
        log.close();
        if (failed) {
          folder.unmark();
        } else if (isTrue) {
          folder.markClean();
        }
      } catch (IOException e) {
        LOG.log(Level.WARNING, "the order of last use is made anew by the next start", e);
      }
    }
  }
}
