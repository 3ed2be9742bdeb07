package dev.helix.turn.stream;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Who is told what comes of a turn. Used from one mailbox; nothing here blocks. Where something is
 * missing in the end, or nobody listens any more, is the implementation's to know.
 */
public interface Caller {
  /** Begins to listen: the last thing that the thread does that made it. */
  void open();

  /** Has it be told when the caller leaves, where that can be known without a write. */
  void watch();

  /** Adds a header to whatever will be begun. */
  void header(String name, String value);

  /** Sets status and headers; once, before the first write. */
  void begin(int status, Map<String, String> headers);

  /** Adds bytes to what goes out, which nobody changes; they go with the next {@link #flush}. */
  void write(ByteBuffer bytes);

  /** Hands on what was written. */
  void flush();

  /** How many bytes wait for the caller. */
  long queued();

  /** Whether the caller has not taken yet what it was or will be given. */
  boolean waits();

  /**
   * No more is to come.
   *
   * @return whether all was taken, so that nobody need be waited for
   */
  boolean end();

  /**
   * No more is to come, and something is missing.
   *
   * @param timers posts and returns
   * @return as {@link #end} does
   */
  boolean breakOff(ScheduledExecutorService timers);

  /** Ends at once, whatever waits. */
  void abandon();
}
