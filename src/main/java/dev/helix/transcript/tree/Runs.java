package dev.helix.transcript.tree;

import dev.helix.message.Message;
import dev.helix.message.MessageKind;
import dev.helix.transcript.tree.Walk.Found;
import dev.helix.transcript.tree.Walk.Match;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The search for a history that is not whole: one that begins in the middle of what is stored, or
 * lacks messages of it further on. One for each request; not thread-safe. Specification section 4.
 */
final class Runs {
  private final TranscriptTree tree;
  private final Walk walk;
  private final List<Message> chain;

  /** How many messages may yet be looked at behind gaps. */
  private long steps;

  Runs(TranscriptTree tree, Walk walk, List<Message> chain) {
    this.tree = tree;
    this.walk = walk;
    this.chain = chain;
    this.steps = 4L * tree.size() + 2L * Walk.MOST_TRIED * chain.size();
  }

  /** Messages of the request, from a place in it, that are consecutive in the tree. */
  private record Run(int from, Found found) {
    int length() {
      return found.to() - from;
    }
  }

  private static final Comparator<Run> SHORTEST_FIRST =
      Comparator.comparing(Run::length)
          .thenComparing(run -> run.found().bestMatch(), Walk.WORST_FIRST);

  /**
   * Goes down from the root, or, for a history that begins in the middle, along the longest run
   * with an answer in it. What stands before the run counts as found. Behind a gap it goes on.
   */
  Found find() {
    return pastGaps(fromRootOrMiddle());
  }

  private Found fromRootOrMiddle() {
    Found whole = walk.from(Node.ROOT, chain);
    if (isSpoken(0, whole.to()) || !isSpoken(0, chain.size())) {
      return whole;
    }
    Run run = longestRun(whole.to() > 0);
    return run == null || run.length() <= whole.to() ? whole : run.found();
  }

  private boolean isSpoken(int from, int to) {
    return chain.subList(from, to).stream().anyMatch(Message::isAssistant);
  }

  /**
   * The longest run with an answer in it, of equal ones that with the least to forgive, then the
   * newest; null where there is none.
   *
   * @param rooted whether the request's first message stands at the root: then only a run counts
   *     that begins with just that message further down
   */
  private Run longestRun(boolean rooted) {
    Run longest = null;
    // Of messages that are all alike, not every run is followed to its end.
    long left = 2L * Walk.MOST_TRIED * chain.size();
    for (int i = 0; i < (rooted ? 1 : chain.size()) && left > 0; i++) {
      if (longest != null && longest.length() > chain.size() - i) {
        break;
      }
      List<Match> starts = rooted ? equal(i) : starts(i);
      if (starts.isEmpty()) {
        continue;
      }
      Run run = new Run(i, walk.down(starts, chain, i + 1));
      left -= (long) (run.length() + 1) * starts.size();
      boolean longer = longest == null || SHORTEST_FIRST.compare(run, longest) >= 0;
      if (longer && isSpoken(i, run.found().to())) {
        longest = run;
      }
    }
    return longest;
  }

  /**
   * Goes on where what follows in the request stands further down in the tree, at least two
   * messages that follow one another, with an answer among them: the request lacks what is between.
   */
  private Found pastGaps(Found first) {
    Found found = first;
    while (found.to() > 0 && isSpoken(found.to(), chain.size())) {
      Run behind = behindGap(found);
      if (behind == null) {
        break;
      }
      found = behind.found();
    }
    return found;
  }

  private static final Comparator<Run> LEAST_FIRST =
      Comparator.<Run>comparingInt(run -> run.found().to()).thenComparing(SHORTEST_FIRST);

  /** The run that leads furthest in the request; null where there is none. */
  private Run behindGap(Found found) {
    Run furthest = null;
    int last = found.to() - 1;
    Set<String> ends = new HashSet<>();
    Set<String> above = new HashSet<>();
    for (Match end : found.ends()) {
      ends.add(end.node().id());
      above.add(end.node().parentId());
    }
    // The last question that was found may be an equal one to that behind the gap.
    boolean again = last > 0 && MessageKind.of(chain.get(last)) == MessageKind.QUESTION;
    for (int i = again ? last : last + 1; i <= last + 1; i++) {
      Set<String> tops = i == last ? above : ends;
      // Of many equal questions it is one with the answer that comes next.
      List<Match> both = answered(i).stream().filter(match -> match.given() == 0).toList();
      List<Match> starts = below(tops, both);
      starts = starts.isEmpty() ? below(tops, starts(i)) : starts;
      if (starts.isEmpty()) {
        continue;
      }
      Run run = new Run(i, walk.down(starts, chain, i + 1));
      steps -= (long) run.length() * starts.size();
      boolean further = furthest == null || LEAST_FIRST.compare(run, furthest) >= 0;
      if (further
          && run.length() > 1
          && run.found().to() > found.to()
          && isSpoken(i, run.found().to())) {
        furthest = run;
      }
    }
    return furthest;
  }

  /** Those of the matches that stand somewhere below one of these messages. */
  private List<Match> below(Set<String> ids, List<Match> matches) {
    Map<String, Boolean> known = new HashMap<>();
    List<Match> below = new ArrayList<>();
    for (Match match : matches) {
      List<String> passed = new ArrayList<>();
      Node at = match.node();
      Boolean is = null;
      while (is == null && at != null && steps-- > 0) {
        is = ids.contains(at.parentId()) ? Boolean.TRUE : known.get(at.id());
        passed.add(at.id());
        // In a circle it is none.
        known.putIfAbsent(at.id(), false);
        at = tree.parent(at);
      }
      if (Boolean.TRUE.equals(is)) {
        passed.forEach(id -> known.put(id, true));
        below.add(match);
      }
    }
    return below;
  }

  /** The messages of the tree, wherever they stand, that say just the same. */
  private List<Match> equal(int at) {
    List<Node> saying = tree.saying(chain.get(at).fingerprint());
    List<Match> equal = new ArrayList<>();
    Walk.newestOf(saying).forEach(node -> equal.add(new Match(node, 0)));
    // A window begins with the request, or behind one message that sums up what it lacks.
    if (saying.size() > Walk.MOST_TRIED && at < 2) {
      beginningsOfLatest(at).forEach(node -> equal.add(new Match(node, 0)));
    }
    return Walk.eachOnce(equal);
  }

  /** What a run can begin with: besides what is equal, questions that have the answer behind it. */
  private List<Match> starts(int at) {
    List<Match> starts = new ArrayList<>(equal(at));
    starts.addAll(answered(at));
    return Walk.eachOnce(starts);
  }

  /** The questions that have the answer which comes next in the request. */
  private List<Match> answered(int at) {
    Message answer = Walk.answerTo(chain, at);
    List<Match> questions = new ArrayList<>();
    if (answer != null) {
      for (Node node : Walk.newestOf(tree.saying(answer.fingerprint()))) {
        Node question = node.kind() == MessageKind.CALL ? tree.parent(node) : tree.question(node);
        if (question != null && question.kind() == MessageKind.QUESTION) {
          questions.add(new Match(question, question.says(chain.get(at)) ? 0 : 1));
        }
      }
    }
    return Walk.eachOnce(questions);
  }

  /** Where runs begin that lead to the newest of what the request ends with. */
  private List<Node> beginningsOfLatest(int at) {
    int last = chain.size() - 1;
    while (last > at && tree.saying(chain.get(last).fingerprint()).isEmpty()) {
      last--;
    }
    List<Node> beginnings = new ArrayList<>();
    for (Node end : Walk.newestOf(tree.saying(chain.get(last).fingerprint()))) {
      Node node = end;
      for (int i = last; i > at && node != null; i--) {
        Node parent = Walk.before(tree, node, chain.get(i - 1));
        node = parent != null && parent.says(chain.get(i - 1)) ? parent : null;
      }
      if (node != null) {
        beginnings.add(node);
      }
    }
    return beginnings;
  }
}
