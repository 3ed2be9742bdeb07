package dev.helix.turn;

import dev.helix.backend.ReplyHead;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.stream.Caller;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Where a {@link ReplyForm} writes: the caller's response. Never blocks; what the caller is slow to
 * take waits. Used from the turn's mailbox.
 */
public final class CallerOutput {
  private final TurnTimes times;
  private final ScheduledExecutorService timers;
  private Caller caller;
  private boolean begun;

  CallerOutput(TurnTimes times, ScheduledExecutorService timers) {
    this.times = times;
    this.timers = timers;
  }

  /** Begins a stream without the backend. */
  void commit(ReplyForm form) {
    form.commit(this);
    times.committed();
    flush();
  }

  void keepAlive(ReplyForm form, BackendReply reply) {
    times.keptAlive();
    form.keepAlive(reply, this);
    flush();
  }

  void serve(Caller served) {
    caller = served;
  }

  Caller stream() {
    return caller;
  }

  /** Has the server tell when the caller leaves, where it can. */
  void watch() {
    if (times.watched()) {
      caller.watch();
    }
  }

  /**
   * Nothing more will be written; the connection is cut where something is missing.
   *
   * @return whether the caller has all of it already
   */
  boolean end(boolean missing) {
    return missing ? caller.breakOff(timers) : caller.end();
  }

  /** Whether status and headers have been given. */
  public boolean begun() {
    return begun;
  }

  /** Adds a header to whatever will be begun. */
  public void header(String name, String value) {
    caller.header(name, value);
  }

  /** Gives status and headers; once, before anything is written. */
  public void begin(int status, Map<String, String> headers) {
    begun = true;
    caller.begin(status, headers);
  }

  /**
   * Answers in one piece, with those headers of a backend's reply that mean something to its
   * clients.
   *
   * @param head the reply's; null for none
   * @param type of the body
   */
  public void whole(int status, ReplyHead head, String type, byte[] body) {
    Map<String, String> headers = head == null ? new LinkedHashMap<>() : PassedHeaders.of(head);
    headers.put("Content-Type", type);
    headers.put("Content-Length", String.valueOf(body.length));
    begin(status, headers);
    write(body);
  }

  /** Adds bytes, which are not the caller's to change; they go out with {@link #flush}. */
  public void write(ByteBuffer bytes) {
    times.callerGiven(!caller.waits());
    caller.write(bytes);
  }

  /** Adds bytes as {@link #write(ByteBuffer)} does. */
  public void write(byte[] bytes) {
    write(ByteBuffer.wrap(bytes));
  }

  /** Sends what was written. Not needed at the end of what a form is told. */
  public void flush() {
    caller.flush();
  }
}
