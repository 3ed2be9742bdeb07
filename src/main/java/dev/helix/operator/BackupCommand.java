package dev.helix.operator;

import dev.helix.HelixConfig;
import dev.helix.archive.Archive;
import dev.helix.archive.ArchiveCopy;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.store.disk.Disk;
import dev.helix.store.files.FileSessionStore;
import dev.helix.transfer.BackupList;
import dev.helix.transfer.BackupList.Entry;
import dev.helix.transfer.BackupZip;
import dev.helix.transfer.SessionCopy;
import dev.helix.transfer.SessionCopy.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The commands {@code backup} and {@code restore}: all of a store to a folder or a zip, and back. A
 * backup's folder is a folder of sessions as the store {@code files} has it, with its archive in
 * it, and a {@link BackupList}; a zip has the same. The calls return the exit status: 0 where all
 * of the one is equal in the other. Not thread-safe.
 */
final class BackupCommand {
  private static final String ZIP = ".zip";

  private final StoreAddress store;
  private final Path place;
  private final PrintStream out;
  private final PrintStream err;

  private BackupCommand(StoreAddress store, Path place, PrintStream out, PrintStream err) {
    this.store = store;
    this.place = place;
    this.out = out;
    this.err = err;
  }

  /** A command for a store, and the folder or file of its backup. */
  static BackupCommand of(StoreAddress store, String place, PrintStream out, PrintStream err) {
    try {
      return new BackupCommand(store, Path.of(place).toAbsolutePath().normalize(), out, err);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("not a folder or file: " + place, e);
    }
  }

  int backup() {
    refuseSessionsFolder();
    try {
      return backupAll();
    } catch (IOException e) {
      throw new SessionException("the backup " + place + " cannot be written", e);
    }
  }

  private int backupAll() throws IOException {
    if (!isZip()) {
      return backup(place);
    }
    if (Files.exists(place)) {
      throw new SessionException("there is a file " + place + " already, which stays");
    }
    Path folder = beside();
    try {
      int status = backup(folder);
      BackupZip.pack(folder, place); // One that lacks something says so.
      return status;
    } finally {
      Disk.deleteTree(folder);
    }
  }

  int restore() {
    refuseSessionsFolder();
    try {
      return restoreAll();
    } catch (IOException e) {
      throw new SessionException("the backup " + place + " cannot be read", e);
    }
  }

  private int restoreAll() throws IOException {
    if (!isZip()) {
      return restore(place);
    }
    if (!Files.isRegularFile(place)) {
      throw new SessionException("there is no backup " + place);
    }
    Path folder = beside();
    try {
      List<String> damaged = BackupZip.unpack(place, folder);
      damaged.forEach(
          path -> err.println(Printable.line(path) + " is damaged in the zip and left out"));
      int status = restore(folder);
      return damaged.isEmpty() ? status : 1;
    } finally {
      Disk.deleteTree(folder);
    }
  }

  private boolean isZip() {
    return place.getFileName() != null && place.getFileName().toString().endsWith(ZIP);
  }

  /** Where a zip is put together or taken apart, which takes as much room again. */
  private Path beside() throws IOException {
    return Files.createTempDirectory(
        Disk.makeFolders(place.getParent()), "." + place.getFileName() + ".");
  }

  private void refuseSessionsFolder() {
    if (store.kind().equals("files") && real(place).startsWith(real(sessionsFolder()))) {
      throw new IllegalArgumentException("a backup cannot be within the sessions folder itself");
    }
  }

  /** Where a path leads, as far as there is something. */
  private static Path real(Path path) {
    Path there = path;
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      return there.toRealPath().resolve(there.relativize(path));
    } catch (IOException e) {
      throw new SessionException("it cannot be seen where " + path + " is", e);
    }
  }

  private Path sessionsFolder() {
    return Path.of(store.settings().apply(HelixConfig.SESSIONS_DIR)).toAbsolutePath().normalize();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> names = Files.list(folder)) {
      return names.findAny().isEmpty();
    }
  }

  private static StoreAddress address(Path folder) {
    return StoreAddress.ofSettings(
        Map.of(
            HelixConfig.STORE,
            "files",
            HelixConfig.SESSIONS_DIR,
            folder.toString(),
            Archive.DIRECTORY,
            folder.resolve("_archive").toString()));
  }

  private int backup(Path folder) throws IOException {
    Optional<BackupList> last = BackupList.read(folder);
    if (last.isEmpty() && !isEmpty(folder)) {
      throw new SessionException(folder + " is no backup, and not empty");
    }
    SortedMap<String, Entry> known = new TreeMap<>();
    last.ifPresent(list -> known.putAll(list.sessions()));
    StoreAddress backup = address(folder);
    Instant begun = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    try (SessionStore source = store.openToRead();
        FileSessionStore target = (FileSessionStore) FileSessionStore.open(folder)) {
      new BackupList(null, known).write(folder);
      SessionCopy copy = SessionCopy.replacing(source, target, target::replace);
      Map<String, String> stamps = new HashMap<>();
      StoreCopy all =
          new StoreCopy(
              source,
              target,
              copy,
              err,
              this::told,
              id -> isUnchanged(id, stamps, known) && target.find(id).isPresent());
      // Before the archive: what is archived meanwhile is there by then.
      if (!all.copyAll(store.namesInFolder(), () -> hasOwners(store.archive()))) {
        return 1;
      }
      Archive archive = backup.archive().orElseThrow();
      ArchiveCopy archives = copyArchives(store.archive(), archive, true);
      all.copyLater(); // What was restored before its archive was copied.
      known.putAll(entries(copy, stamps));
      removeMoved(source, target, archive, known);
      sayGone(known.keySet(), all.seen(), folder);
      archives.unreadable().forEach(this::sayNotCopied);
      boolean whole = all.failed() + archives.unreadable().size() == 0;
      BackupList list = new BackupList(whole ? begun : null, known);
      list.write(folder);
      out.printf(
          "sessions: new %d, changed %d, the same %d, failed %d; archived: new %d, the same %d%n",
          all.count(Outcome.COPIED),
          all.count(Outcome.REPLACED),
          all.count(Outcome.THERE),
          all.failed(),
          archives.copied(),
          archives.there());
      out.printf("SHA-256 %s%n", list.sha256());
      return whole ? 0 : 1;
    }
  }

  /** Whether a session looks as it did when it was last put into the backup. */
  private boolean isUnchanged(SessionId id, Map<String, String> stamps, Map<String, Entry> known) {
    if (!store.kind().equals("files")) {
      return false; // Only files have stamps.
    }
    // Taken before the session is read: what is changed while it is, has another stamp next time.
    Optional<String> now = FileSessionStore.stamp(sessionsFolder(), id).map(BackupList::stamp);
    now.ifPresent(stamp -> stamps.put(id.value(), stamp));
    Entry before = known.get(id.value());
    return before != null && now.isPresent() && now.get().equals(before.stamp());
  }

  private static SortedMap<String, Entry> entries(SessionCopy copy, Map<String, String> stamps) {
    SortedMap<String, String> shown = copy.inSource().digests();
    SortedMap<String, Entry> entries = new TreeMap<>();
    copy.inTarget()
        .digests()
        .forEach(
            (id, digest) -> {
              String stamp = digest.equals(shown.get(id)) ? stamps.get(id) : null;
              entries.put(id, new Entry(digest, stamp));
            });
    return entries;
  }

  /** Removes what the backup has twice, as the store has archived or restored it since. */
  private void removeMoved(
      SessionStore source, SessionStore target, Archive archive, SortedMap<String, Entry> known)
      throws IOException {
    for (SessionId id : archive.sessions()) {
      if (target.find(id).isEmpty()) {
        continue;
      }
      Optional<Path> archived = store.archive().flatMap(its -> its.find(id));
      if (source.find(id).isPresent()) {
        if (archived.isEmpty()) {
          boolean unused = archive.delete(id);
        }
      } else if (archived.isPresent() && has(archive, archived.get())) {
        boolean unused = target.delete(id);
        known.remove(id.value());
      }
    }
  }

  /** Whether the backup has just this archive: it may have been made when others were copied. */
  private static boolean has(Archive backup, Path zip) throws IOException {
    Path copy = backup.folder().resolve(zip.getFileName().toString());
    try {
      return Files.exists(copy) && Files.mismatch(zip, copy) < 0;
    } catch (NoSuchFileException e) {
      return false; // It was restored at this moment.
    }
  }

  /** Whether a session in an archive has an owner, or may have one. */
  private static boolean hasOwners(Optional<Archive> archive) {
    return archive.stream()
        .flatMap(
            its -> its.sessions().stream().map(id -> its.find(id).map(zip -> its.state(id, zip))))
        .flatMap(Optional::stream)
        .anyMatch(state -> !state.owner().isAnonymous());
  }

  private void sayGone(Set<String> known, Set<SessionId> there, Path folder) {
    known.stream()
        .filter(id -> !there.contains(new SessionId(id)))
        .forEach(
            id ->
                err.println(
                    "%s is in the backup only; to delete it there too: delete --sessions %s %s"
                        .formatted(id, folder, id)));
  }

  private static ArchiveCopy copyArchives(Optional<Archive> from, Archive to, boolean replaces)
      throws IOException {
    ArchiveCopy archives = new ArchiveCopy(from.orElse(to), to, replaces);
    if (from.isPresent()) {
      archives.copy();
    }
    return archives;
  }

  private int restore(Path folder) throws IOException {
    BackupList list =
        BackupList.read(folder).orElseThrow(() -> new SessionException(folder + " has no backup"));
    if (list.made() == null) {
      err.println("The backup is not complete: it was cut short, or some of it failed.");
    }
    StoreAddress backup = address(folder);
    try (SessionStore source = backup.openToRead();
        SessionStore target = store.open()) {
      SessionCopy copy = new SessionCopy(source, target, store.archive());
      StoreCopy all = new StoreCopy(source, target, copy, err, this::told, id -> false);
      if (!all.copyAll(backup.namesInFolder(), () -> hasOwners(backup.archive()))) {
        return 1;
      }
      int damaged = sayDamaged(list.sessions(), copy.inSource().digests());
      int different = all.count(Outcome.DIFFERENT) + all.count(Outcome.ARCHIVED);
      out.printf(
          "restored %d, there already %d, different %d, failed %d, damaged in the backup %d%n",
          all.count(Outcome.COPIED), all.count(Outcome.THERE), different, all.failed(), damaged);
      int left = restoreArchives(backup.archive().orElseThrow());
      out.printf("SHA-256 %s%n", copy.inTarget().sha256());
      boolean good = different + all.failed() + damaged + left == 0 && list.made() != null;
      return good ? 0 : 1;
    }
  }

  /** Names the sessions that are not what the backup was when it was made. */
  private int sayDamaged(SortedMap<String, Entry> made, SortedMap<String, String> now) {
    int damaged = 0;
    for (Map.Entry<String, Entry> session : made.entrySet()) {
      if (!session.getValue().digest().equals(now.get(session.getKey()))) {
        damaged++;
        err.println(
            "%s %s in the backup"
                .formatted(
                    session.getKey(),
                    now.containsKey(session.getKey())
                        ? "was changed"
                        : "is missing or unreadable"));
      }
    }
    return damaged;
  }

  private void sayNotCopied(String zip) {
    err.println(Printable.line(zip) + " was not copied: it is a link, or cannot be read");
  }

  /** Returns how many archives could not be restored. */
  private int restoreArchives(Archive from) throws IOException {
    int there = from.count();
    Optional<Archive> to = store.archive();
    if (there == 0) {
      return 0;
    }
    if (to.isEmpty()) {
      err.println(
          "%d archived sessions are not restored: set %s".formatted(there, Archive.DIRECTORY));
      return there;
    }
    ArchiveCopy archives = copyArchives(Optional.of(from), to.get(), false);
    out.printf("archives: restored %d, there already %d%n", archives.copied(), archives.there());
    archives.different().forEach(zip -> err.println(zip + " is another one, and stays"));
    archives.unreadable().forEach(this::sayNotCopied);
    return archives.different().size() + archives.unreadable().size();
  }

  private String told(Exception e) {
    String reason = e.getCause() == null ? "" : " (" + e.getCause() + ")";
    return Printable.line(e.getMessage() + reason);
  }
}
