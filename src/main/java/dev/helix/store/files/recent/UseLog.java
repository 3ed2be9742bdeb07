package dev.helix.store.files.recent;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/**
 * The log of a {@link UseFolder}, to which lines are added. Where that fails, as on a full disk,
 * the folder is not believed until the log was replaced by all lines there are. Not thread-safe.
 */
final class UseLog {
  private static final Logger LOG = System.getLogger(UseLog.class.getName());

  /** How long after it failed it is tried again. */
  private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);

  private final UseFolder folder;
  private OutputStream out = OutputStream.nullOutputStream();
  private int lines;
  private boolean failed;
  private long tried;

  /**
   * A log before anything of it is changed; {@link #replace} begins it.
   *
   * @param isWhole whether the folder tells nearly all
   */
  UseLog(UseFolder folder, boolean isWhole) {
    this.folder = folder;
    try {
      if (isWhole) {
        folder.markInUse();
      }
    } catch (IOException e) {
      fail(e);
    }
  }

  /** How many lines there are. */
  int lines() {
    return lines;
  }

  /** Whether it lacks lines, so that it must be replaced. */
  boolean hasFailed() {
    return failed;
  }

  /**
   * Adds a line; where that failed before, all lines there are, at most once a second.
   *
   * @param all as for {@link #replace}
   */
  void add(Use use, Collection<Use> all, boolean isWhole) {
    if (failed) {
      if (System.nanoTime() - tried > AGAIN) {
        replace(all, isWhole);
      }
      return;
    }
    try {
      out.write(use.line());
      lines++;
    } catch (IOException e) {
      fail(e);
    }
  }

  /**
   * Has these lines only, which are all that the sorted files lack.
   *
   * @param isWhole whether the folder tells nearly all then
   */
  void replace(Collection<Use> uses, boolean isWhole) {
    try {
      folder.replaceLog(uses);
      OutputStream old = out;
      out = new FileOutputStream(folder.log().toFile(), true);
      old.close();
      lines = uses.size();
      if (isWhole && !folder.isWhole()) {
        folder.markInUse();
      }
      if (failed) {
        LOG.log(Level.INFO, "the order of last use is written again");
      }
      failed = false;
    } catch (IOException e) {
      fail(e);
    }
  }

  /** Whoever finds the folder from now on is not to believe it. */
  private void fail(IOException e) {
    tried = System.nanoTime();
    if (failed) {
      return;
    }
    failed = true;
    LOG.log(Level.WARNING, "the order of last use is in memory only until it can be written", e);
    try {
      folder.unmark();
    } catch (IOException also) {
      LOG.log(Level.WARNING, "the order of last use may be wrong after a crash", also);
    }
  }

  void close() throws IOException {
    out.close();
  }
}
