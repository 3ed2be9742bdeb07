package dev.helix;

import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Copies sessions from one store to another, one after the other, and looks at each in both
 * afterwards. It holds a session's digest, not its content. Not thread-safe.
 */
final class SessionCopy {
  private final SessionStore source;
  private final SessionStore target;
  private final Total inSource = new Total();
  private final Total inTarget = new Total();

  SessionCopy(SessionStore source, SessionStore target) {
    this.source = source;
    this.target = target;
  }

  /** How the copy of a session went. */
  enum Outcome {
    /** It is in the target now, and the same there. */
    COPIED,
    /** It was in the target before, and is the same there. */
    THERE,
    /** It was in the target before, and is another there: nothing was changed. */
    DIFFERENT,
    /** It was written, but what the target shows of it is not the same. */
    BROKEN,
    /** It is not in the source any more. */
    GONE
  }

  /**
   * What became of one session.
   *
   * @param files those that are not the same in both
   */
  record Result(Outcome outcome, SortedSet<String> files) {}

  /** Sessions that were counted, and a digest over all of them, in whatever order they came. */
  static final class Total {
    private final SortedMap<String, byte[]> digests = new TreeMap<>();

    private void add(SessionId id, SessionDigest session) {
      digests.put(id.value(), session.value());
    }

    int count() {
      return digests.size();
    }

    String sha256() {
      MessageDigest all = SessionDigest.sha256();
      digests.forEach(
          (id, digest) -> {
            SessionDigest.add(all, id.getBytes(StandardCharsets.UTF_8));
            SessionDigest.add(all, digest);
          });
      return HexFormat.of().formatHex(all.digest());
    }
  }

  /** What was looked at in the source. */
  Total inSource() {
    return inSource;
  }

  /** What was looked at in the target. */
  Total inTarget() {
    return inTarget;
  }

  private static final class GoneException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** One session of the source as it was when it was shown last. */
  private final class Shown implements SessionFiles {
    private final SessionId id;
    private SessionDigest digest;

    Shown(SessionId id) {
      this.id = id;
    }

    @Override
    public void each(Visitor visitor) throws IOException {
      SessionDigest seen = new SessionDigest();
      boolean found =
          source.export(
              id,
              (path, content) -> {
                seen.file(path, content);
                visitor.file(path, content);
              });
      if (!found) {
        throw new GoneException();
      }
      digest = seen;
      visitor.end();
    }
  }

  /**
   * Copies a session, unless the target has one of its name.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if what the source shows is no session
   */
  Result copy(SessionId id) throws IOException {
    Shown shown = new Shown(id);
    boolean copied;
    try {
      copied = target.find(id).isEmpty() && target.restore(id, shown);
      if (!copied) {
        shown.each((path, content) -> {});
      }
    } catch (GoneException e) {
      return new Result(Outcome.GONE, Collections.emptySortedSet());
    }
    SessionDigest there = new SessionDigest();
    target.export(id, there);
    inSource.add(id, shown.digest);
    inTarget.add(id, there);
    SortedSet<String> differing = shown.digest.differingFrom(there);
    Outcome outcome =
        copied
            ? differing.isEmpty() ? Outcome.COPIED : Outcome.BROKEN
            : differing.isEmpty() ? Outcome.THERE : Outcome.DIFFERENT;
    return new Result(outcome, differing);
  }
}
