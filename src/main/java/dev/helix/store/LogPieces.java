package dev.helix.store;

import dev.helix.message.Message;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads of a log piece by piece, each as of one moment. What is put together is of the last one's
 * moment, since a log of one epoch only grows. No state.
 */
public final class LogPieces {
  private LogPieces() {}

  /** Where the pieces come from. */
  @FunctionalInterface
  public interface Source<E extends Exception> {
    /**
     * A session's state and the elements behind the first so many, or as many of them as are read
     * at once.
     *
     * @return with the version of the whole log; {@link Reading#NOTHING} without such a session
     */
    Reading after(long length) throws E;
  }

  /** What {@link dev.helix.session.SessionStore#read} gives. */
  public static <E extends Exception> Reading read(SessionId id, LogVersion since, Source<E> source)
      throws E {
    List<Message> elements = new ArrayList<>();
    String epoch = since.epoch();
    long next = since.length();
    boolean fromStart = false;
    while (true) {
      Reading piece = source.after(next);
      if (piece.state() == null) {
        return Reading.NOTHING;
      }
      LogVersion whole = piece.version();
      boolean goesOn = whole.epoch().equals(epoch) && next <= whole.length();
      if (!goesOn) {
        elements.clear();
        epoch = whole.epoch();
        fromStart = true;
      }
      if (!goesOn && next > 0) {
        next = 0;
      } else {
        elements.addAll(piece.elements());
        next += piece.elements().size();
        if (next == whole.length()) {
          return new Reading(piece.state(), whole, fromStart, elements);
        }
        if (piece.elements().isEmpty()) {
          throw new SessionException("session " + id + " lacks some of its messages");
        }
      }
    }
  }

  /** All elements of a version of a log; empty where there is another log by now. */
  public static <E extends Exception> Optional<List<Message>> all(
      SessionId id, LogVersion version, Source<E> source) throws E {
    Reading now = read(id, new LogVersion(version.epoch(), 0), source);
    return now.version().epoch().equals(version.epoch())
        ? Optional.of(now.elements().subList(0, (int) version.length()))
        : Optional.empty();
  }

  /**
   * A stored element.
   *
   * @param number its place, as the store counts
   * @throws SessionException if it is damaged
   */
  public static Message element(SessionId id, long number, byte[] json) {
    try {
      return Message.parse(json);
    } catch (IllegalArgumentException e) {
      throw new SessionException("message " + number + " of session " + id + " is unreadable", e);
    }
  }
}
