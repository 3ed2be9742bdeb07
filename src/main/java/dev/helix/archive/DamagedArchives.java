package dev.helix.archive;

import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Archives that were found damaged: the log says so once, and they are kept. Thread-safe. */
final class DamagedArchives {
  private static final Logger LOG = System.getLogger(DamagedArchives.class.getName());

  /** The log tells of so many. */
  private static final int REMEMBERED = 10_000;

  private final Archive archive;
  private final Set<Path> known = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();

  DamagedArchives(Archive archive) {
    this.archive = archive;
  }

  /** How many were found. */
  int count() {
    return count.get();
  }

  /** An archive was looked into. */
  void seen(ArchivedFiles files) {
    if (files.damaged().isEmpty()) {
      return;
    }
    if (known.size() < REMEMBERED && known.add(files.zip())) {
      count.incrementAndGet();
      LOG.log(
          Level.WARNING,
          "the archive {0} is damaged ({1}): it is kept, and what is readable of it is used",
          files.zip(),
          String.join(", ", files.damaged()));
    }
  }

  /** A session was restored from an archive, which is damaged. */
  void restored(ArchivedFiles files) {
    seen(files);
    try {
      Path aside = archive.setAside(files.zip(), "damaged");
      LOG.log(Level.INFO, "{0} was restored and is kept as {1}", files.zip(), aside);
    } catch (IOException e) {
      // The store's counts from now on.
      LOG.log(Level.WARNING, files.zip() + " was restored and stays under its name", e);
    }
  }

  /** Nothing tells whose an archive is. */
  void setAside(Path zip) {
    try {
      Path aside = archive.setAside(zip, "unreadable");
      count.incrementAndGet();
      LOG.log(
          Level.WARNING,
          "nothing in the archive {0} tells whose session it is; it was set aside as {1}",
          zip,
          aside);
    } catch (NoSuchFileException e) {
      LOG.log(Level.DEBUG, "another server has set {0} aside", zip);
    } catch (IOException e) {
      throw Disk.failure("the damaged archive " + zip + " cannot be set aside", e);
    }
  }
}
