package dev.helix.model;

import java.util.ArrayList;
import java.util.List;

/**
 * What versions and settings of Open WebUI do differently. Immutable.
 *
 * @param ids whether the ids of messages go along in headers
 * @param system whether a system message leads, another one each time
 * @param sendsEmpty whether an answer without text goes out as such, or not at all
 * @param sendsRounds whether tool calls and their results go out again with the answer they led to
 * @param first how many messages a filter keeps of a history's beginning
 * @param last how many it keeps of its end; 0 where there is no such filter
 */
record Habits(
    boolean ids, boolean system, boolean sendsEmpty, boolean sendsRounds, int first, int last) {

  /** The messages of a history that go out. */
  <T> List<T> clipped(List<T> history) {
    if (last == 0 || history.size() <= first + last) {
      return history;
    }
    List<T> kept = new ArrayList<>(history.subList(0, first));
    kept.addAll(history.subList(history.size() - last, history.size()));
    return kept;
  }
}
