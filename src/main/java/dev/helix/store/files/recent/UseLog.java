package dev.helix.store.files.recent;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The log of a {@link UseFolder}, to which lines are added. Where that fails, as on a full disk,
 * the folder is not believed until the log was replaced by all lines there are. Not thread-safe.
 */
final class UseLog {
  private static final Logger LOG = System.getLogger(UseLog.class.getName());

  private final UseFolder folder;
  private final Map<String, Use> unwritten = new HashMap<>();
  private OutputStream out = OutputStream.nullOutputStream();
  private int lines;
  private boolean failed;

  private UseLog(UseFolder folder) {
    this.folder = folder;
  }

  /**
   * Begins with what the log says, written anew, as its last line may be torn.
   *
   * @param isWhole whether the folder tells nearly all
   */
  static UseLog begin(UseFolder folder, Collection<Use> uses, boolean isWhole) {
    UseLog log = new UseLog(folder);
    try {
      if (isWhole) {
        folder.markInUse(); // Before any of it changes.
      }
    } catch (IOException e) {
      log.fail(e);
    }
    log.replace(uses, isWhole);
    return log;
  }

  /** How many lines there are. */
  int lines() {
    return lines;
  }

  /** Whether it lacks lines, so that it must be replaced. */
  boolean hasFailed() {
    return failed;
  }

  /** Adds a line with the next {@link #write}, in place of one of the same session. */
  void add(Use use) {
    unwritten.put(use.id(), use);
  }

  /** Adds no line of a session that is not written yet. */
  void forget(String id) {
    unwritten.remove(id);
  }

  /** Writes what was added, at once. */
  void write() {
    if (unwritten.isEmpty()) {
      return;
    }
    StringBuilder added = new StringBuilder();
    for (Use use : unwritten.values()) {
      added.append(use.micros()).append(' ').append(use.id()).append('\n');
    }
    try {
      out.write(added.toString().getBytes(StandardCharsets.ISO_8859_1));
      lines += unwritten.size();
      unwritten.clear();
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
      unwritten.clear();
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
