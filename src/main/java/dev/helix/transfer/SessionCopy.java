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
  private final Replacing replacing;
  private final Total inSource = new Total();
  private final Total inTarget = new Total();

  /**
   * A copy that has not begun, and replaces nothing.
   *
   * @param archive the target's, which is only looked into
   */
  public SessionCopy(SessionStore source, SessionStore target, Optional<Archive> archive) {
    this(source, target, archive, null);
  }

  private SessionCopy(
      SessionStore source, SessionStore target, Optional<Archive> archive, Replacing replacing) {
    this.source = source;
    this.target = target;
    this.archive = archive;
    this.replacing = replacing;
  }

  /** A copy that has not begun, to a target that is to be as the source is. */
  public static SessionCopy replacing(
      SessionStore source, SessionStore target, Replacing replacing) {
    return new SessionCopy(source, target, Optional.empty(), replacing);
  }

  /** Puts a session into the target in place of the one that is there. */
  @FunctionalInterface
  public interface Replacing {
    /** Throws what showing the files throws. */
    void replace(SessionId id, SessionFiles files) throws IOException;
  }

  /** How the copy of a session went. */
  public enum Outcome {
    /** It is in the target now, and the same there. */
    COPIED,
    /** It was in the target before, and is the same there. */
    THERE,
    /** It was in the target before, another one, and is the same there now. */
    REPLACED,
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

    /** The digest of each session, in hex, by its name. */
    public SortedMap<String, String> digests() {
      SortedMap<String, String> hex = new TreeMap<>();
      digests.forEach((id, digest) -> hex.put(id, HexFormat.of().formatHex(digest)));
      return hex;
    }

    public String sha256() {
      return sha256(digests);
    }

    static String sha256(SortedMap<String, byte[]> digests) {
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
    SessionDigest there = digestInTarget(id);
    boolean replaced = replacing != null && !copied && differs(shown, there);
    if (replaced) {
      try {
        replacing.replace(id, shown);
      } catch (GoneException e) {
        return new Result(Outcome.GONE, Collections.emptySortedSet());
      }
      there = digestInTarget(id);
    }
    inSource.add(id, shown.digest);
    inTarget.add(id, there);
    SortedSet<String> differing = shown.digest.differingFrom(there);
    return new Result(outcome(copied, replaced, differing.isEmpty()), differing);
  }

  private static boolean differs(Shown shown, SessionDigest there) {
    return !shown.digest.differingFrom(there).isEmpty();
  }

  private SessionDigest digestInTarget(SessionId id) throws IOException {
    SessionDigest there = new SessionDigest();
    boolean unused = target.export(id, there);
    return there;
  }

  private static Outcome outcome(boolean copied, boolean replaced, boolean same) {
    if (copied || replaced) {
      return !same ? Outcome.BROKEN : copied ? Outcome.COPIED : Outcome.REPLACED;
    }
    return same ? Outcome.THERE : Outcome.DIFFERENT;
  }
}
