package dev.helix.store;

import dev.helix.message.Message;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Reads of a log piece by piece, each as of one moment and of a few megabytes, or one element. What
 * is put together is of the last one's moment, since a log of one epoch only grows. No state.
 */
public final class LogPieces {
  /** About how many bytes a piece has at most, but for its last element. */
  public static final int BYTES = 4 << 20;

  private LogPieces() {}

  /**
   * A piece of a log. Not thread-safe.
   *
   * @param state null where there is no such session
   * @param version of the whole log
   * @param elements those that are readable
   * @param damaged the others, by their places, of which the first is 1
   */
  public record Piece(
      SessionState state,
      LogVersion version,
      List<Message> elements,
      SortedMap<Long, byte[]> damaged) {
    /** The piece of a session that does not exist. */
    public static Piece nothing() {
      return of(null, LogVersion.NONE);
    }

    /** A piece with nothing in it yet. */
    public static Piece of(SessionState state, LogVersion version) {
      return new Piece(state, version, new ArrayList<>(), new TreeMap<>());
    }

    /** How many bytes were read. */
    public long bytes() {
      return elements.stream().mapToLong(Message::length).sum()
          + damaged.values().stream().mapToLong(json -> json.length).sum();
    }

    /** How many elements were read. */
    public int rows() {
      return elements.size() + damaged.size();
    }

    /** What a reader gets of it. */
    public Reading reading(boolean isAll) {
      if (!isAll) {
        return new Reading(state, version, false, elements);
      }
      LostElements lost = new LostElements();
      damaged.values().forEach(json -> lost.add(json, 0, json.length));
      return new Reading(state, version, true, lost.bridged(elements));
    }
  }

  /** Where the pieces come from. */
  @FunctionalInterface
  public interface Source<E extends Exception> {
    /**
     * A session's state and the elements behind the first so many, or as many of them as are read
     * at once, {@link #BYTES} or little more.
     *
     * @return {@link Piece#nothing} without such a session
     */
    Piece after(long length) throws E;
  }

  /**
   * What {@link dev.helix.session.SessionStore#read} gives.
   *
   * @param ahead is told how many bytes are held
   */
  public static <E extends Exception> Reading read(
      SessionId id, LogVersion since, LongConsumer ahead, Source<E> source) throws E {
    Whole whole = whole(id, since, ahead, source);
    if (!whole.fromStart() && !whole.piece().damaged().isEmpty()) {
      // What hung below a damaged one hangs where it hung, which only all of the log tells.
      whole = whole(id, LogVersion.NONE, ahead, source);
    }
    return whole.piece().reading(whole.fromStart());
  }

  private record Whole(Piece piece, boolean fromStart) {}

  private static <E extends Exception> Whole whole(
      SessionId id, LogVersion since, LongConsumer ahead, Source<E> source) throws E {
    Piece all = Piece.nothing();
    long bytes = 0;
    String epoch = since.epoch();
    long next = since.length();
    boolean fromStart = false;
    while (true) {
      Piece piece = source.after(next);
      if (piece.state() == null) {
        return new Whole(Piece.nothing(), true);
      }
      LogVersion version = piece.version();
      boolean goesOn = version.epoch().equals(epoch) && next <= version.length();
      if (!goesOn) {
        all = Piece.nothing();
        bytes = 0;
        epoch = version.epoch();
        fromStart = true;
      }
      if (!goesOn && next > 0) {
        next = 0;
        continue;
      }
      bytes += piece.bytes();
      ahead.accept(bytes);
      all.elements().addAll(piece.elements());
      all.damaged().putAll(piece.damaged());
      next += piece.rows();
      if (next == version.length()) {
        return new Whole(
            new Piece(piece.state(), version, all.elements(), all.damaged()), fromStart);
      }
      if (piece.rows() == 0) {
        throw new SessionException("session " + id + " lacks some of its messages");
      }
    }
  }

  /**
   * All of a version of a log, its state aside; empty where there is another log by now. Each that
   * is damaged is a file of the session's then, as it has no place among the messages.
   *
   * @param files to which those are added
   */
  public static <E extends Exception> Optional<List<Message>> all(
      SessionId id, LogVersion version, Map<String, byte[]> files, Source<E> source) throws E {
    Piece now = whole(id, new LogVersion(version.epoch(), 0), bytes -> {}, source).piece();
    if (!now.version().epoch().equals(version.epoch())) {
      return Optional.empty();
    }
    SortedMap<Long, byte[]> damaged = now.damaged().headMap(version.length() + 1);
    damaged.forEach(
        (number, json) -> files.put("context/messages.damaged-" + number + ".json", json));
    int readable = (int) version.length() - damaged.size();
    Piece then = new Piece(now.state(), version, now.elements().subList(0, readable), damaged);
    return Optional.of(then.reading(true).elements());
  }
}
