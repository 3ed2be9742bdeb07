package dev.helix.session;

import dev.helix.message.Message;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import dev.helix.transcript.tree.Node;
import dev.helix.transcript.tree.TranscriptTree;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which responses there are in sessions of which one was looked for in vain, as far as hash codes
 * tell: the next one that is not there need not be looked for in all of the log. Bounded by their
 * number; what was asked longest ago goes first. Thread-safe, if each session is used under its
 * lock.
 */
final class MissedResponses {
  private static final int MOST = 1 << 20;

  private final Map<SessionId, Known> sessions = new LinkedHashMap<>(16, 0.75f, true);
  private long total;

  /** The hash codes of the responses up to a place in the log, in their order. */
  private static final class Known {
    private final LogVersion version;
    private final int[] ends;

    Known(LogVersion version, int[] ends) {
      this.version = version;
      this.ends = ends;
    }

    boolean mayHave(String end) {
      return Arrays.binarySearch(ends, end.hashCode()) >= 0;
    }
  }

  /** One was looked for in vain in a session whose tree has all of its log. */
  void missed(SessionId id, TranscriptTree tree) {
    Known known = get(id);
    if (known == null || !known.version.equals(tree.version())) {
      put(id, new Known(tree.version(), hashes(tree.responses().stream())));
    }
  }

  private static int[] hashes(Stream<String> ends) {
    return ends.mapToInt(String::hashCode).sorted().toArray();
  }

  /** Whether a session has no such response, as of now; false where that is not known. */
  boolean isMissing(SessionId id, String end, LogReader log) {
    Known known = get(id);
    if (known == null || known.mayHave(end)) {
      return false;
    }
    Reading since = log.read(id, known.version);
    if (since.fromStart()) {
      remove(id); // It is another log.
      return false;
    }
    List<Message> added = since.elements();
    if (!added.isEmpty()) {
      int[] more = hashes(added.stream().map(Node::responseEnd).filter(each -> each != null));
      IntStream all = IntStream.concat(Arrays.stream(known.ends), Arrays.stream(more));
      known = new Known(since.version(), all.sorted().toArray());
      put(id, known);
    }
    return !known.mayHave(end);
  }

  private synchronized Known get(SessionId id) {
    return sessions.get(id);
  }

  private synchronized void remove(SessionId id) {
    Known known = sessions.remove(id);
    total -= known == null ? 0 : known.ends.length;
  }

  private synchronized void put(SessionId id, Known known) {
    remove(id);
    sessions.put(id, known);
    total += known.ends.length;
    Iterator<Known> eldest = sessions.values().iterator();
    while (total > MOST || sessions.size() > MOST / 16) {
      total -= eldest.next().ends.length;
      eldest.remove();
    }
  }
}
