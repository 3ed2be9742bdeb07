package dev.helix.openai.responses;

import dev.helix.message.Message;
import dev.helix.turn.TurnCall.BackendRequest;
import dev.helix.turn.TurnCall.ShrinkingRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * A request with {@code "truncation":"auto"}: where it is too long for the model, the oldest turns
 * are left out, a quarter of what is left each time and the last time all that can be. A turn
 * begins with what a user says, so that calls and their results stay together. System messages are
 * always sent, and so is the last turn. One for each turn of the engine; not thread-safe.
 */
final class TruncatedRequest implements ShrinkingRequest {
  private static final int MOST_TRIES = 8;
  private static final int SHARE = 4;

  private final ResponseRequest asked;
  private final BackendRequest whole;
  private final boolean reasoning;
  private List<Message> history;
  private Message system;

  /** The history and the input, without the system messages among them. */
  private List<Message> all;

  /** How many of these are left out. */
  private int left;

  private int tries;

  /**
   * The request.
   *
   * @param whole makes the body of which nothing is left out
   * @param read the history where the engine reads none, and {@code first} the system message
   */
  TruncatedRequest(
      ResponseRequest asked,
      BackendRequest whole,
      List<Message> read,
      Message first,
      boolean reasoning) {
    this.asked = asked;
    this.whole = whole;
    this.history = read;
    this.system = first;
    this.reasoning = reasoning;
  }

  @Override
  public byte[] body(List<Message> stored, Message first) {
    history = stored.isEmpty() ? history : stored;
    system = first == null ? system : first;
    return whole.body(stored, first);
  }

  @Override
  public byte[] shorter() {
    if (all == null) {
      all = new ArrayList<>(history);
      all.addAll(asked.messages());
      all.removeIf(Message::isSystem);
    }
    int next = next();
    if (next == left) {
      return null;
    }
    left = next;
    tries++;
    int[] over = {left};
    List<Message> before = rest(history, over);
    return asked.bodyWith(before, rest(asked.messages(), over), system, reasoning);
  }

  /** The messages without the first ones that are no system messages, which are counted down. */
  private static List<Message> rest(List<Message> messages, int[] over) {
    return messages.stream().filter(each -> each.isSystem() || over[0]-- <= 0).toList();
  }

  /** With which message the next try begins; the same as before where there is none. */
  private int next() {
    long total = characters(left, all.size());
    long gone = 0;
    int next = left;
    for (int i = left; i < all.size(); i++) {
      if (i > left && beginsTurn(i)) {
        next = i;
        if (gone >= total / SHARE && tries < MOST_TRIES - 1) {
          break;
        }
      }
      gone += all.get(i).sentCharacters(reasoning);
    }
    return tries < MOST_TRIES ? next : left;
  }

  private long characters(int from, int to) {
    return all.subList(from, to).stream()
        .mapToLong(message -> message.sentCharacters(reasoning))
        .sum();
  }

  /** What a tool has shown stands behind its results as a user's message, and begins nothing. */
  private boolean beginsTurn(int at) {
    return all.get(at).role().equals("user") && !all.get(at - 1).role().equals("tool");
  }
}
