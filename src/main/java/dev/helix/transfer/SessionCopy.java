package dev.helix.transfer;

import dev.helix.archive.Archive;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.text.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Copies sessions from one store to another, one after the other, and looks at each in both
 * afterwards. It holds a session's digest, not its content. Not thread-safe.
 */
public final class SessionCopy {
  private final SessionStore source;
  private final SessionStore target;
  private final Optional<Archive> archive;
  private final Total inSource = new Total();
  private final Total inTarget = new Total();

  /**
   * A copy that has not begun.
   *
   * @param archive the target's, which is only looked into
   */
  public SessionCopy(SessionStore source, SessionStore target, Optional<Archive> archive) {
    this.source = source;
    this.target = target;
    this.archive = archive;
  }

  /** How the copy of a session went. */
  public enum Outcome {
    /** It is in the target now, and the same there. */
    COPIED,
    /** It was in the target before, and is the same there. */
    THERE,
    /** It was in the target before, and is another there: nothing was changed. */
    DIFFERENT,
    /** The target has archived it, and may know more of it than the source: nothing was written. */
    ARCHIVED,
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
  public record Result(Outcome outcome, SortedSet<String> files) {}

  /** Sessions that were counted, and a digest over all of them, in whatever order they came. */
  public static final class Total {
    private final SortedMap<String, byte[]> digests = new TreeMap<>();

    private void add(SessionId id, SessionDigest session) {
      digests.put(id.value(), session.value());
    }

    public int count() {
      return digests.size();
    }

    public String sha256() {
      MessageDigest all = Sha256.begin();
      digests.forEach(
          (id, digest) -> {
            SessionDigest.add(all, id.getBytes(StandardCharsets.UTF_8));
            SessionDigest.add(all, digest);
          });
      return HexFormat.of().formatHex(all.digest());
    }
  }

  /** What was looked at in the source. */
  public Total inSource() {
    return inSource;
  }

  /** What was looked at in the target. */
  public Total inTarget() {
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
   * Copies a session, unless the target has one of its name, in its archive too.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException if what the source shows is no session
   */
  public Result copy(SessionId id) throws IOException {
    Shown shown = new Shown(id);
    boolean archived;
    boolean copied;
    try {
      boolean absent = target.find(id).isEmpty();
      // In this order: a session leaves the archive only when it is in the store.
      archived = absent && archive.flatMap(its -> its.find(id)).isPresent();
      copied = absent && !archived && target.restore(id, shown);
      if (!copied) {
        shown.each((path, content) -> {});
      }
    } catch (GoneException e) {
      return new Result(Outcome.GONE, Collections.emptySortedSet());
    }
    if (archived) {
      inSource.add(id, shown.digest);
      return new Result(Outcome.ARCHIVED, Collections.emptySortedSet());
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
