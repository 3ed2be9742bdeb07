package dev.helix.operator;

import dev.helix.archive.Archive;
import dev.helix.session.SessionException;
import dev.helix.session.SessionStore;
import dev.helix.transfer.SessionCopy;
import dev.helix.transfer.SessionCopy.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * The command {@code copy --from STORE --to STORE}, which may be repeated, with users and files of
 * passwords where the stores need them: what the target has already, and is equal there, is passed
 * over, and nothing in it is ever replaced. The call returns the exit status: 0 where every session
 * of the source is equal in the target. Not thread-safe.
 */
final class CopyCommand implements Callable<Integer> {
  private static final Set<String> OPTIONS =
      Set.of(
          "--from",
          "--from-user",
          "--from-password-file",
          "--to",
          "--to-user",
          "--to-password-file");

  private final StoreAddress from;
  private final StoreAddress to;
  private final PrintStream out;
  private final PrintStream err;

  CopyCommand(StoreAddress from, StoreAddress to, PrintStream out, PrintStream err) {
    this.from = from;
    this.to = to;
    this.out = out;
    this.err = err;
  }

  /** Reads the command line; {@link IllegalArgumentException} if it makes no sense. */
  static CopyCommand parse(List<String> arguments, PrintStream out, PrintStream err) {
    CommandLine line = CommandLine.parse(arguments, OPTIONS, Set.of());
    if (!line.words().isEmpty() || !line.has("--from") || !line.has("--to")) {
      throw new IllegalArgumentException("copy takes --from STORE and --to STORE");
    }
    StoreAddress from = address(line.options(), "--from");
    StoreAddress to = address(line.options(), "--to");
    if (from.isSameAs(to)) {
      throw new IllegalArgumentException("--from and --to are the same store");
    }
    return new CopyCommand(from, to, out, err);
  }

  private static StoreAddress address(Map<String, String> options, String which) {
    String file = options.get(which + "-password-file");
    String password = file == null ? null : password(file);
    return StoreAddress.parse(options.get(which), options.get(which + "-user"), password);
  }

  /** What a file has, without the end of its line. */
  static String password(String file) {
    try {
      String password = Files.readString(Path.of(file)).strip();
      if (!password.isEmpty() && password.lines().count() == 1) {
        return password;
      }
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException("the file of a password cannot be read: " + file, e);
    }
    throw new IllegalArgumentException("the file of a password has one line: " + file);
  }

  @Override
  public Integer call() {
    try (SessionStore source = from.openToRead();
        SessionStore target = to.open()) {
      return copy(source, target);
    } catch (SessionException | IllegalArgumentException e) {
      err.println(told(e));
      return e instanceof SessionException ? 1 : 2;
    }
  }

  private int copy(SessionStore source, SessionStore target) {
    err.println(
        ("Copying %s to %s. The source is only read; what is said there meanwhile may be missing in"
                + " the copy, so stop the servers that use it for a copy that is whole.")
            .formatted(from, to));
    SessionCopy copy = new SessionCopy(source, target, to.archive());
    StoreCopy all = new StoreCopy(source, target, copy, err, this::told, id -> false);
    return all.copyAll(from.namesInFolder(), () -> false) ? report(copy, all) : 1;
  }

  private int report(SessionCopy copy, StoreCopy all) {
    int archived = all.count(Outcome.ARCHIVED);
    out.printf(
        "copied %d, there already %d, different %d, failed %d%s%n",
        all.count(Outcome.COPIED),
        all.count(Outcome.THERE),
        all.count(Outcome.DIFFERENT),
        all.failed(),
        archived == 0 ? "" : ", archived in the target " + archived);
    String inSource = copy.inSource().sha256();
    String inTarget = copy.inTarget().sha256();
    out.printf("source: %d sessions, SHA-256 %s%n", copy.inSource().count(), inSource);
    out.printf("target: %d sessions, SHA-256 %s%n", copy.inTarget().count(), inTarget);
    if (all.usedMeanwhile() > 0) {
      err.println(
          all.usedMeanwhile()
              + " sessions were used during the copy, which may have them as they were before. Stop"
              + " the servers, delete in the target what is different there, and copy again.");
    }
    sayArchived();
    boolean equal = inSource.equals(inTarget) && archived == 0;
    return equal && all.failed() == 0 && all.usedMeanwhile() == 0 ? 0 : 1;
  }

  private void sayArchived() {
    Optional<Archive> archive = from.archive();
    int archived = archive.map(Archive::count).orElse(0);
    Optional<Archive> theirs = to.archive();
    if (archived == 0 || archive.map(Archive::folder).equals(theirs.map(Archive::folder))) {
      return;
    }
    String folder =
        theirs
            .map(known -> known.folder().toString())
            .orElse("the folder that " + Archive.DIRECTORY + " will name");
    err.println(
        "%d sessions are archived, which are files: copy them from %s to %s"
            .formatted(archived, archive.get().folder(), folder));
  }

  private String told(Exception e) {
    String reason = e.getCause() == null ? "" : " (" + e.getCause() + ")";
    return Printable.line(
        from.withoutParametersOf(to.withoutParametersOf(e.getMessage() + reason)));
  }
}
