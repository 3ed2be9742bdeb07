package dev.helix.backend.upstream;

import dev.helix.backend.BackendException;
import dev.helix.backend.BackendException.Reason;
import dev.helix.backend.ReplyReceiver;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.zip.ZipException;

/**
 * A compressed body on its way to a receiver that wants it unpacked. A piece is unpacked when there
 * is room for it. The compressed bytes that wait meanwhile are not asked for again, so that there
 * is a window of them at most, and all others wait in the connection.
 *
 * <p>Safe for use by many threads, none of which waits for another: whoever finds nobody at work
 * unpacks, be it the thread of the connection or one that asks for more.
 */
final class UnpackedBody {
  private final Decompression decompression;
  private final ReplyReceiver receiver;
  private final IntConsumer ask;
  private final Runnable drop;

  private final AtomicLong room;
  private final Queue<byte[]> waiting = new ConcurrentLinkedQueue<>();

  /** How the body ended, which holds when all that came before is handed on. */
  private volatile boolean ended;

  private volatile BackendException broken;
  private volatile boolean stopped;

  /** How often there was something to do since whoever does it looked last. */
  private final AtomicInteger calls = new AtomicInteger();

  /** Unpacked, and not handed on for want of room. This and what follows is of who unpacks. */
  private ByteBuffer piece;

  private int taken;
  private boolean over;

  /**
   * A body of which nothing came yet.
   *
   * @param room how many bytes may be handed on before more are asked for
   * @param ask asks the connection for so many compressed bytes more
   * @param drop gives the connection up, as what is still to come is of no use
   */
  UnpackedBody(
      Decompression decompression,
      ReplyReceiver receiver,
      long room,
      IntConsumer ask,
      Runnable drop) {
    this.decompression = decompression;
    this.receiver = receiver;
    this.room = new AtomicLong(room);
    this.ask = ask;
    this.drop = drop;
  }

  /** The next compressed bytes. */
  void add(ByteBuffer compressed) {
    byte[] bytes = new byte[compressed.remaining()];
    compressed.get(bytes);
    waiting.add(bytes);
    work();
  }

  /** The receiver asks for so many bytes more. */
  void request(int bytes) {
    room.addAndGet(bytes);
    work();
  }

  /** Nothing more comes; because of a failure where the cause is not null. */
  void end(BackendException cause) {
    broken = cause;
    ended = true;
    work();
  }

  /** The receiver wants no more. */
  void stop() {
    stopped = true;
    work();
  }

  private void work() {
    if (calls.getAndIncrement() > 0) {
      return; // Who is at work looks again.
    }
    boolean done = false;
    try {
      for (int seen = 1; seen > 0; seen = calls.addAndGet(-seen)) {
        while (!over && step()) {}
      }
      done = true;
    } finally {
      if (!done) {
        mistaken();
      }
    }
  }

  /** A mistake of ours, which goes up: nobody may wait for what this would have given. */
  private void mistaken() {
    boolean told = over;
    giveUp();
    calls.set(0);
    if (!told) {
      receiver.failed(failure(Reason.BROKEN, "The upstream's answer could not be read."));
    }
  }

  /** Hands on one piece, or takes the next bytes; whether there may be more to do. */
  private boolean step() {
    if (stopped) {
      close();
      return false;
    }
    try {
      if (piece == null) {
        piece = decompression.next();
      }
    } catch (ZipException e) {
      giveUp();
      receiver.failed(failure(Reason.UNREADABLE, "The upstream's compressed answer is damaged."));
      return false;
    }
    return piece == null ? takeMore() : handOn();
  }

  private boolean handOn() {
    if (room.get() <= 0) {
      return false;
    }
    ByteBuffer next = piece;
    piece = null;
    room.addAndGet(-next.remaining());
    receiver.data(next);
    return true;
  }

  private boolean takeMore() {
    if (decompression.isPassed()) {
      giveUp();
      receiver.end();
      return false;
    }
    if (taken > 0) {
      ask.accept(taken);
      taken = 0;
    }
    boolean last = ended; // Before the look at what waits, which came before the end.
    byte[] next = waiting.poll();
    if (next != null) {
      taken = next.length;
      decompression.feed(next);
    } else if (last) {
      end();
    }
    return next != null;
  }

  private void end() {
    BackendException failure = broken;
    if (decompression.isAtEnd()) {
      failure = null; // It broke behind the end: nothing is missing.
    } else if (failure == null && !decompression.isComplete()) {
      failure = failure(Reason.BROKEN, "The upstream's compressed answer is not complete.");
    }
    close();
    if (failure == null) {
      receiver.end();
    } else {
      receiver.failed(failure);
    }
  }

  private void giveUp() {
    close();
    drop.run();
  }

  private void close() {
    over = true;
    decompression.close();
    waiting.clear();
    piece = null;
  }

  private static BackendException failure(Reason reason, String message) {
    return new BackendException(reason, message, null);
  }
}
