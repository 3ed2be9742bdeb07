package dev.helix.openai.background;

import dev.helix.openai.background.EventLog.Entry;
import dev.helix.openai.background.EventLog.Head;
import java.util.function.LongFunction;

/**
 * Tells a caller the events of a log from a number on, as fast as the caller takes them, until
 * their end. Who is so slow that the log has lost what comes next hears the rest of what is stored
 * in the end. Used from the caller's mailbox.
 */
final class EventReader implements LateCaller.Teller {
  private final EventLog log;
  private final byte[] atOnce;
  private final LongFunction<LateCaller.Teller> rest;
  private long next;
  private Runnable wake;

  /**
   * A reader who has read nothing.
   *
   * @param next the number of the first event that is told
   * @param atOnce the JSON that is told in place of all events, when they begin; null for none
   * @param rest tells, without the log, what comes behind an event
   */
  EventReader(EventLog log, long next, byte[] atOnce, LongFunction<LateCaller.Teller> rest) {
    this.log = log;
    this.next = next;
    this.atOnce = atOnce;
    this.rest = rest;
  }

  @Override
  public void tell(LateCaller caller) {
    if (wake == null) {
      wake = caller::wake;
      log.join(wake);
    }
    Head head = log.head();
    if (head == null) {
      if (log.endedUnbegun()) {
        caller.cut();
      }
      return;
    }
    if (head.isStream() && atOnce != null) {
      caller.answer(head.status(), head.headers(), atOnce);
      return;
    }
    if (!caller.begun()) {
      caller.begin(head.status(), head.headers());
    }
    while (caller.hasRoom()) {
      Entry entry = log.at(next);
      if (entry.lost()) {
        caller.handOver(rest.apply(next - 1));
        return;
      }
      if (entry.end()) {
        caller.end();
        return;
      }
      if (entry.event() == null) {
        break;
      }
      caller.write(entry.event());
      next++;
    }
    caller.flush();
  }

  @Override
  public void stop(LateCaller caller) {
    // The log ends with its turn, and with it all that is told.
  }

  @Override
  public void over() {
    log.leave(wake);
  }
}
