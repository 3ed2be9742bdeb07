package dev.helix.operator;

import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transfer.SessionExport;
import dev.helix.transfer.SessionExport.Outcome;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * The command {@code export [ID...] [--owner O] [--format F] [--to FILE]}: writes sessions, beside
 * a running server if need be. A file has its name only when it is whole, and none is replaced. The
 * exit status is 0 where all were written. Not thread-safe.
 */
final class ExportCommand {
  private final StoreAddress address;
  private final CommandLine line;
  private final SessionExport.Format format;
  private final PrintStream out;
  private final PrintStream err;
  private int written;
  private int silent;
  private int failed;

  ExportCommand(StoreAddress address, CommandLine line, PrintStream out, PrintStream err) {
    this.address = address;
    this.line = line;
    this.format = SessionExport.Format.named(line.options().getOrDefault("--format", "jsonl"));
    this.out = out;
    this.err = err;
  }

  int call() {
    Owner owner = line.has("--owner") ? OwnerName.parse(line.options().get("--owner")) : null;
    if (owner != null && !line.words().isEmpty()) {
      throw new IllegalArgumentException("export takes either session ids or --owner");
    }
    String to = line.options().get("--to");
    try (SessionStore store = address.openToRead()) {
      if (to == null) {
        write(store, owner, new BufferedOutputStream(out));
        if (out.checkError()) {
          throw new IOException("standard output takes no more");
        }
      } else {
        write(store, owner, file(to));
      }
    } catch (IOException e) {
      throw new SessionException("the export cannot be written", e);
    }
    err.printf("exported %d, without messages %d, failed %d%n", written, silent, failed);
    return failed == 0 ? 0 : 1;
  }

  private static Path file(String to) {
    try {
      Path file = Path.of(to).toAbsolutePath();
      checkNone(file);
      return file;
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("no file can be called " + to, e);
    }
  }

  private static void checkNone(Path file) {
    if (Files.exists(file)) {
      throw new IllegalArgumentException("there is a file " + file + " already");
    }
  }

  void write(SessionStore store, Owner owner, Path file) throws IOException {
    // A name of its own, as another export may write beside the same file; for its owner alone.
    Path beside = Files.createTempFile(file.getParent(), "." + file.getFileName() + ".", ".new");
    try {
      try (FileOutputStream open = new FileOutputStream(beside.toFile());
          OutputStream buffered = new BufferedOutputStream(open, 1 << 16)) {
        write(store, owner, buffered);
        buffered.flush();
        open.getFD().sync();
      }
      checkNone(file); // Made by somebody else meanwhile.
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  void write(SessionStore store, Owner owner, OutputStream to) throws IOException {
    try (SessionExport export = new SessionExport(store, format, to)) {
      for (String word : line.words()) {
        write(export, SessionId.ofName(word), word);
      }
      if (line.words().isEmpty()) {
        all(export, store, owner);
      }
    }
  }

  /** Writes all sessions; in each further pass those that others have moved to the list's front. */
  private void all(SessionExport export, SessionStore store, Owner owner) throws IOException {
    Set<SessionId> seen = new HashSet<>();
    Instant since = Instant.MIN;
    int before;
    do {
      before = seen.size();
      Instant begun = Instant.now();
      Instant next = null;
      for (Iterator<SessionState> each = store.all(null).iterator(); each.hasNext(); ) {
        SessionState state = each.next();
        Instant used = state.updatedAt();
        next = next != null ? next : used.isBefore(begun) ? used : begun; // It may be yet to come.
        if (used.isBefore(since)) {
          break;
        }
        boolean asked = owner == null || state.owner().equals(owner);
        if (seen.add(state.sessionId()) && asked) {
          write(export, Optional.of(state.sessionId()), state.sessionId().value());
        }
      }
      since = next == null ? begun : next;
    } while (seen.size() > before);
  }

  private void write(SessionExport export, Optional<SessionId> id, String name) throws IOException {
    Outcome outcome;
    try {
      outcome = id.isEmpty() ? Outcome.GONE : export.write(id.get());
    } catch (StoreUnavailableException e) {
      throw e;
    } catch (SessionException | IllegalArgumentException e) {
      failed++;
      err.println(Printable.line(name + " is not exported: " + e.getMessage()));
      return;
    }
    switch (outcome) {
      case WRITTEN -> written++;
      case NOTHING_SAID -> silent++;
      case GONE -> {
        failed++;
        err.println("there is no session " + Printable.line(name));
      }
    }
  }
}
