package dev.helix.transcript.tree;

import dev.helix.message.Message;
import java.util.List;

/** The bound on what is sent of a stored history, in whole turns. Specification section 4. */
public final class HistoryLimit {
  private HistoryLimit() {}

  /**
   * The newest turns that hold no more than so many messages together. A turn begins with a user
   * message, so that calls and their results stay together.
   *
   * @param pending whether the last turn still waits for results, so that it is kept at any length
   */
  public static List<Message> latest(List<Message> history, int most, boolean pending) {
    int from = 0;
    while (history.size() - from > most) {
      int next = from + 1;
      while (next < history.size() && !history.get(next).role().equals("user")) {
        next++;
      }
      if (pending && next == history.size()) {
        break;
      }
      from = next;
    }
    return history.subList(from, history.size());
  }
}
