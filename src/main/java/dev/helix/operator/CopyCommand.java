package dev.helix.operator;

import dev.helix.archive.Archive;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import dev.helix.transfer.SessionCopy;
import dev.helix.transfer.SessionCopy.Outcome;
import dev.helix.transfer.SessionCopy.Result;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
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
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private final Set<SessionId> seen = new HashSet<>();
  private int failed;
  private int usedMeanwhile;

  /** A source's sessions, or some of them, in the order of their names. */
  private record Found(List<SessionId> ids, boolean owned, Instant newest) {}

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
  private static String password(String file) {
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
    Found all = list(source, null);
    if (!carrySecret(source, target, all.owned())) {
      return 1;
    }
    SessionCopy copy = new SessionCopy(source, target, to.archive());
    copyAll(copy, all.ids());
    // A folder that cannot be read as a session is in no list; who copies wants to know of it.
    copyAll(copy, from.namesInFolder());
    // What was used meanwhile has moved to the front of the list, where it was not looked for.
    Found later = list(source, all.newest());
    usedMeanwhile = later.ids().size();
    copyAll(copy, later.ids());
    return report(copy);
  }

  /** All sessions, or those used after a time. */
  private static Found list(SessionStore source, Instant after) {
    List<SessionId> ids = new ArrayList<>();
    boolean owned = false;
    Instant newest = Instant.EPOCH;
    for (Iterator<SessionState> each = source.all(null).iterator(); each.hasNext(); ) {
      SessionState state = each.next();
      if (after != null && !state.updatedAt().isAfter(after)) {
        break;
      }
      ids.add(state.sessionId());
      owned |= !state.owner().isAnonymous();
      newest = state.updatedAt().isAfter(newest) ? state.updatedAt() : newest;
    }
    ids.sort(Comparator.comparing(SessionId::value));
    return new Found(ids, owned, newest);
  }

  /** Gives the target the secret that owners' sessions are named with; says whether to go on. */
  private boolean carrySecret(SessionStore source, SessionStore target, boolean owned) {
    Optional<byte[]> secret = source.findOwnerSecret();
    if (secret.isEmpty() || target.adoptOwnerSecret(secret.get())) {
      return true;
    }
    if (owned) {
      err.println(
          "Nothing is copied: the target has an owners' secret already, another one, and no owner"
              + " would find their sessions there. Copy to a store that was not used with owners.");
      return false;
    }
    err.println(
        "The target has its own owners' secret, which stays: no session here has an owner.");
    return true;
  }

  /** Copies those of the sessions that were not looked at before. */
  private void copyAll(SessionCopy copy, List<SessionId> some) {
    List<SessionId> ids = some.stream().filter(seen::add).toList();
    CopyProgress progress =
        new CopyProgress(err, CopyProgress.isTerminal(), System::nanoTime, ids.size());
    try {
      for (int done = 0; done < ids.size(); done++) {
        copyOne(copy, ids.get(done), progress);
        progress.at(done + 1);
      }
    } finally {
      progress.clear();
    }
  }

  private void copyOne(SessionCopy copy, SessionId id, CopyProgress progress) {
    try {
      Result result = copy.copy(id);
      outcomes.merge(result.outcome(), 1, Integer::sum);
      String files = Printable.line(String.join(", ", result.files()));
      if (result.outcome() == Outcome.DIFFERENT) {
        progress.say(id + " is different in the target, and stays as it is there: " + files);
      } else if (result.outcome() == Outcome.ARCHIVED) {
        progress.say(id + " is archived in the target, and stays as it is there");
      } else if (result.outcome() == Outcome.BROKEN) {
        progress.say(id + " was written, but is not the same in the target: " + files);
      }
    } catch (StoreUnavailableException | StorageFullException e) {
      progress.say("The copy is not complete; the same command goes on with it.");
      throw e;
    } catch (IOException | SessionException | IllegalArgumentException e) {
      failed++;
      progress.say(id + " was not copied: " + told(e));
    }
  }

  private int report(SessionCopy copy) {
    int archived = count(Outcome.ARCHIVED);
    out.printf(
        "copied %d, there already %d, different %d, failed %d%s%n",
        count(Outcome.COPIED),
        count(Outcome.THERE),
        count(Outcome.DIFFERENT),
        failed + count(Outcome.BROKEN),
        archived == 0 ? "" : ", archived in the target " + archived);
    String inSource = copy.inSource().sha256();
    String inTarget = copy.inTarget().sha256();
    out.printf("source: %d sessions, SHA-256 %s%n", copy.inSource().count(), inSource);
    out.printf("target: %d sessions, SHA-256 %s%n", copy.inTarget().count(), inTarget);
    if (usedMeanwhile > 0) {
      err.println(
          usedMeanwhile
              + " sessions were used during the copy, which may have them as they were before. Stop"
              + " the servers, delete in the target what is different there, and copy again.");
    }
    sayArchived();
    boolean equal = inSource.equals(inTarget) && archived == 0;
    return equal && failed == 0 && usedMeanwhile == 0 ? 0 : 1;
  }

  private int count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0);
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
