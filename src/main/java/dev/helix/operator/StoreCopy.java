package dev.helix.operator;

import dev.helix.session.SessionAliases;
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
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * All sessions of a store on their way to another, and what is said of it at the terminal. Not
 * thread-safe.
 */
final class StoreCopy {
  private final SessionStore source;
  private final SessionStore target;
  private final SessionCopy copy;
  private final PrintStream err;
  private final Function<Exception, String> told;
  private final Predicate<SessionId> passes;
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private final Set<SessionId> seen = new HashSet<>();
  private int failed;
  private int usedMeanwhile;

  /** When the newest session was used as the copy began, and what was used since. */
  private Instant newest = Instant.MAX;

  private Instant since;

  /** A source's sessions, or some of them, in the order of their names. */
  private record Found(List<SessionId> ids, boolean owned, Instant newest, int used) {}

  /**
   * A copy that has not begun.
   *
   * @param told what the person at the terminal is told of a failure
   * @param passes which sessions need no look, as they are the same in both
   */
  StoreCopy(
      SessionStore source,
      SessionStore target,
      SessionCopy copy,
      PrintStream err,
      Function<Exception, String> told,
      Predicate<SessionId> passes) {
    this.source = source;
    this.target = target;
    this.copy = copy;
    this.err = err;
    this.told = told;
    this.passes = passes;
  }

  /**
   * Copies the owners' secret and all sessions.
   *
   * @param others that may be sessions although no list has them
   * @param ownedElsewhere whether something else of an owner's goes with them; asked only where the
   *     secrets differ
   * @return false, with nothing copied, where the target has another secret
   */
  boolean copyAll(List<SessionId> others, BooleanSupplier ownedElsewhere) {
    Instant begun = Instant.now();
    Found all = list(null);
    if (!carrySecret(all.owned(), ownedElsewhere)) {
      return false;
    }
    newest = all.newest();
    since = newest.isBefore(begun) ? newest : begun; // One may be of a time that is yet to come.
    copyEach(all.ids());
    // A folder that cannot be read as a session is in no list; who copies wants to know of it.
    copyEach(others);
    copyLater();
    return true;
  }

  /**
   * Copies what was used since the beginning and was not looked at: it has moved to the front of
   * the list, or came out of the archive.
   */
  void copyLater() {
    Found later = list(since);
    usedMeanwhile = later.used();
    copyEach(later.ids());
    copyAliases();
  }

  /** Those that the target has stay as they are; also those of archived sessions are copied. */
  private void copyAliases() {
    SessionAliases known = target.aliases();
    source
        .aliases()
        .each(
            (alias, id) -> {
              if (known.find(alias).isEmpty()) {
                known.save(alias, id);
              }
            });
  }

  /** All sessions, or those used after a time. */
  private Found list(Instant after) {
    List<SessionId> ids = new ArrayList<>();
    boolean owned = false;
    Instant last = Instant.EPOCH;
    int used = 0;
    for (Iterator<SessionState> each = source.all(null).iterator(); each.hasNext(); ) {
      SessionState state = each.next();
      if (after != null && !state.updatedAt().isAfter(after)) {
        break;
      }
      ids.add(state.sessionId());
      owned |= !state.owner().isAnonymous();
      last = state.updatedAt().isAfter(last) ? state.updatedAt() : last;
      used += state.updatedAt().isAfter(newest) ? 1 : 0;
    }
    ids.sort(Comparator.comparing(SessionId::value));
    return new Found(ids, owned, last, used);
  }

  /** Gives the target the secret that owners' sessions are named with; says whether to go on. */
  private boolean carrySecret(boolean owned, BooleanSupplier ownedElsewhere) {
    Optional<byte[]> secret = source.findOwnerSecret();
    if (secret.isEmpty() || target.adoptOwnerSecret(secret.get())) {
      return true;
    }
    if (owned || ownedElsewhere.getAsBoolean()) {
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
  private void copyEach(List<SessionId> some) {
    List<SessionId> fresh = some.stream().filter(seen::add).toList();
    List<SessionId> ids = fresh.stream().filter(id -> !passes.test(id)).toList();
    outcomes.merge(Outcome.THERE, fresh.size() - ids.size(), Integer::sum);
    CopyProgress progress =
        new CopyProgress(err, CopyProgress.isTerminal(), System::nanoTime, ids.size());
    try {
      for (int done = 0; done < ids.size(); done++) {
        copyOne(ids.get(done), progress);
        progress.at(done + 1);
      }
    } finally {
      progress.clear();
    }
  }

  private void copyOne(SessionId id, CopyProgress progress) {
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
      progress.say(id + " was not copied: " + told.apply(e));
    }
  }

  int count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0);
  }

  /** How many could not be copied, or are not the same in the target although they were. */
  int failed() {
    return failed + count(Outcome.BROKEN);
  }

  /** How many were used while the others were copied. */
  int usedMeanwhile() {
    return usedMeanwhile;
  }

  /** The sessions that there are. */
  Set<SessionId> seen() {
    return Set.copyOf(seen);
  }
}
