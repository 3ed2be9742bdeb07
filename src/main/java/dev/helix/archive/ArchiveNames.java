package dev.helix.archive;

import dev.helix.session.SessionId;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Which sessions surely have no archive in a folder, as of its last listing, which counts until the
 * folder's time of change is another. It is listed only when that time was the same for a while, as
 * two changes at once would have one time, and not so often that it costs much. Thread-safe.
 */
final class ArchiveNames {
  /** No file system's times are coarser. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** At most one part of so many of the time goes into listing. */
  private static final int SELDOM = 20;

  private final Path folder;
  private final LongSupplier nanos;
  private FileTime changed;
  private long seen;

  /** The hash codes of the names, in their order; null where the folder was not listed since. */
  private int[] listed;

  private long nextListing;

  ArchiveNames(Path folder, LongSupplier nanos) {
    this.folder = folder;
    this.nanos = nanos;
    this.nextListing = nanos.getAsLong();
  }

  /** Whether there is surely no archive of a session. Costs one look at the folder. */
  synchronized boolean lack(SessionId id) {
    try {
      FileTime now = Files.getLastModifiedTime(folder);
      if (!now.equals(changed)) {
        changed = now;
        seen = nanos.getAsLong();
        listed = null;
      }
      if (listed == null && isListingDue()) {
        list();
      }
      return listed != null && Arrays.binarySearch(listed, id.value().hashCode()) < 0;
    } catch (NoSuchFileException e) {
      return true; // Nothing was ever archived.
    } catch (IOException | DirectoryIteratorException e) {
      return false; // Who looks for the archive itself says what is the matter.
    }
  }

  private boolean isListingDue() {
    long now = nanos.getAsLong();
    return now - seen >= QUIET_NANOS && now - nextListing >= 0;
  }

  private void list() throws IOException {
    long begun = nanos.getAsLong();
    IntStream.Builder names = IntStream.builder();
    try (DirectoryStream<Path> zips = Files.newDirectoryStream(folder, "????-??_*.zip")) {
      for (Path zip : zips) {
        String name = zip.getFileName().toString();
        names.add(name.substring("yyyy-mm_".length(), name.length() - ".zip".length()).hashCode());
      }
    }
    long ended = nanos.getAsLong();
    nextListing = ended + SELDOM * (ended - begun);
    if (Files.getLastModifiedTime(folder).equals(changed)) {
      listed = names.build().sorted().toArray();
    }
  }
}
