package dev.helix.openai.background;

import dev.helix.turn.stream.Caller;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The events of one turn that runs in the background, as its only caller: it takes all of them at
 * once. Each write is one event, whose number is its place; the last is the end mark. Where there
 * are too many bytes the oldest events go. Thread-safe; guarded by the logs that it is one of.
 */
final class EventLog implements Caller {
  /** Comments, which are written so that silence is not taken for an end, are no events. */
  private static final byte COMMENT = ':';

  private final EventLogs logs;
  private final Runnable onEnd;
  private final Map<String, String> ownHeaders = new LinkedHashMap<>();
  private final List<byte[]> events = new ArrayList<>();
  private final Set<Runnable> readers = new HashSet<>();
  private Head head;

  /** The number of the oldest event that is here. */
  private long first;

  private long bytes;
  private boolean kept = true;
  private boolean ended;
  private Instant endedAt;

  /** How what is told begins. Immutable. */
  record Head(int status, Map<String, String> headers) {
    Head {
      headers = Map.copyOf(headers);
    }

    /** Whether events follow; else one body that says why there are none. */
    boolean isStream() {
      return headers.getOrDefault("Content-Type", "").startsWith("text/event-stream");
    }
  }

  /**
   * What is at a number.
   *
   * @param event null where it is not there yet, or not any more
   * @param lost whether it was there
   * @param end whether nothing more comes
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares two.
  record Entry(byte[] event, boolean lost, boolean end) {}

  /** Whether events can be read from a number on. */
  enum Reach {
    THERE,
    /** They were there once. */
    GONE,
    /** No event has had the number before it. */
    NEVER
  }

  /**
   * A log without events.
   *
   * @param onEnd run once, when nothing more comes
   */
  EventLog(EventLogs logs, Runnable onEnd) {
    this.logs = logs;
    this.onEnd = onEnd;
  }

  @Override
  public void open() {
    // Nothing tells of room or of leaving.
  }

  @Override
  public void watch() {
    // It does not leave.
  }

  @Override
  public void header(String name, String value) {
    ownHeaders.put(name, value);
  }

  @Override
  public void begin(int status, Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>(ownHeaders);
    all.putAll(headers);
    synchronized (logs) {
      head = new Head(status, all);
    }
  }

  @Override
  public void write(ByteBuffer event) {
    if (!event.hasRemaining() || event.get(event.position()) == COMMENT) {
      return;
    }
    byte[] copy = new byte[event.remaining()];
    event.get(copy);
    synchronized (logs) {
      if (!ended) {
        events.add(copy);
        grow(copy.length);
        logs.trim(this);
      }
    }
  }

  @Override
  public void flush() {
    Set<Runnable> woken;
    synchronized (logs) {
      woken = Set.copyOf(readers);
    }
    woken.forEach(Runnable::run);
  }

  @Override
  public long queued() {
    return 0;
  }

  @Override
  public boolean waits() {
    return false;
  }

  @Override
  public boolean end() {
    synchronized (logs) {
      if (ended) {
        return true;
      }
      ended = true;
      endedAt = logs.now();
    }
    onEnd.run();
    flush();
    return true;
  }

  @Override
  public boolean breakOff(ScheduledExecutorService timers) {
    return end();
  }

  @Override
  public void abandon() {
    boolean unused = end();
  }

  private void grow(long more) {
    bytes += more;
    logs.grew(this, more);
  }

  /** Drops the oldest events until no more than so many bytes are left. Under the logs' lock. */
  void shrinkTo(long most) {
    int gone = 0;
    while (bytes > most && gone < events.size()) {
      grow(-events.get(gone++).length);
    }
    events.subList(0, gone).clear();
    first += gone;
  }

  /** Whether its bytes count among those of all. Under the logs' lock. */
  boolean isKept() {
    return kept;
  }

  /** Nobody will find it any more. Under the logs' lock. */
  void forgotten() {
    kept = false;
  }

  /** How many bytes its events have. Under the logs' lock. */
  long bytes() {
    return bytes;
  }

  /** When it ended; null while it goes on. Under the logs' lock. */
  Instant endedAt() {
    return endedAt;
  }

  /** How it begins; null where it has not. */
  Head head() {
    synchronized (logs) {
      return head;
    }
  }

  /** Whether nothing was told, and nothing comes. */
  boolean endedUnbegun() {
    synchronized (logs) {
      return ended && head == null;
    }
  }

  /** Whether what follows an event can be read; of the first event {@code after} is -1. */
  Reach behind(long after) {
    synchronized (logs) {
      long numbered = first + events.size() - (ended ? 1 : 0);
      if (after >= numbered) {
        return Reach.NEVER;
      }
      return after + 1 >= first ? Reach.THERE : Reach.GONE;
    }
  }

  /** What is at a number. */
  Entry at(long number) {
    synchronized (logs) {
      if (number < first) {
        return new Entry(null, true, false);
      }
      long place = number - first;
      if (place >= events.size()) {
        return new Entry(null, false, ended);
      }
      return new Entry(events.get((int) place), false, false);
    }
  }

  /** Has a reader told, on any thread, whenever there may be more; it may not block. */
  void join(Runnable reader) {
    synchronized (logs) {
      readers.add(reader);
    }
  }

  void leave(Runnable reader) {
    synchronized (logs) {
      readers.remove(reader);
    }
  }
}
