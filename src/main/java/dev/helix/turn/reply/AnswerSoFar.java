package dev.helix.turn.reply;

import java.util.Map;

/**
 * What a choice of a stream says so far, for a form that tells of it as it grows. What it gives is
 * the reply's own, for reading only: a text under way is a {@link CharSequence} that grows, a list
 * gets more entries, and either may be replaced by another value. Used from the turn's mailbox.
 */
public interface AnswerSoFar {
  /**
   * A field of the message; null where there is none. The list of the calls of tools, in their
   * order, is made anew each time.
   */
  Object field(String name);

  /** The call of a tool behind which no call comes first; null where none is known to be so. */
  Map<String, Object> firstCall();

  /** Why it ended; null where that was not told. */
  String finishReason();

  /**
   * The text before which it stopped, as some upstreams tell in the choice's {@code stop_reason};
   * null where that was not told. What else they say there is for the reader to tell apart.
   */
  String stoppedBefore();
}
