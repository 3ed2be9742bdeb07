package dev.helix.launch;

import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * A handler before the web application that waits, without a thread, for a request's body, or the
 * first 64 KiB of it. A sender that is slower than a KiB a second after ten seconds is answered
 * 408. What was read and the application has not taken yet is about a sixteenth of the heap at
 * most; beyond it requests go on at once, with their bodies unread. The application waits for the
 * rest no longer than for a sender of that pace, also while nothing comes but what stands between
 * chunks. Thread-safe.
 */
final class EarlyBodies extends Handler.Wrapper {
  private static final int MOST = 64 * 1024;
  private static final int FIRST_STEP = 1024;
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final long NANOS_A_BYTE = TimeUnit.SECONDS.toNanos(1) / 1024;

  private static final String TOO_SLOW = "The request body came too slowly.";

  private final AtomicLong held = new AtomicLong();
  private final long mostHeld;
  private final long graceNanos;

  EarlyBodies(Handler application) {
    this(application, Runtime.getRuntime().maxMemory() / 16, GRACE);
  }

  /**
   * A handler that holds about so many bytes at most.
   *
   * @param grace for how long more than their pace tells senders are waited for
   */
  EarlyBodies(Handler application, long mostHeld, Duration grace) {
    super(application);
    this.mostHeld = mostHeld;
    this.graceNanos = grace.toNanos();
  }

  /** The bytes held now. */
  long held() {
    return held.get();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    boolean waits =
        (request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING))
            // Whether the sender is told to go on is for the application to say.
            && !request.getHeaders().contains(HttpHeader.EXPECT);
    if (!waits || held.get() >= mostHeld) {
      return super.handle(request, response, callback);
    }
    Early early = new Early(request, response, callback);
    Request.addCompletionListener(request, failure -> early.count(0));
    early.read(false);
    return true;
  }

  /** The end of a body that the application waits for; no fault of the server's. */
  private static final class TooSlowException extends IOException
      implements HttpException, QuietException {
    @Serial private static final long serialVersionUID = 1;

    TooSlowException() {
      super(TOO_SLOW);
    }

    @Override
    public int getCode() {
      return HttpStatus.REQUEST_TIMEOUT_408;
    }

    @Override
    public String getReason() {
      return TOO_SLOW;
    }
  }

  /** A request whose body is read ahead, and then read again from its beginning. */
  private final class Early extends Request.Wrapper implements Invocable.Task {
    private final Response response;
    private final Callback callback;
    private final long began = System.nanoTime();
    private byte[] bytes = {};
    private int size;

    /** How many bytes of what is held are this body's. Guarded by this. */
    private int counted;

    /** What comes behind the bytes; null where the rest is still to come. */
    private Content.Chunk last;

    private boolean ahead = true;

    /** How many bytes the application has of the rest, and for how long it waited for them. */
    private long rest;

    private long waited;

    Early(Request request, Response response, Callback callback) {
      super(request);
      this.response = response;
      this.callback = callback;
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
      try {
        read(true);
      } catch (Throwable e) {
        Response.writeError(getWrapped(), response, callback, e);
      }
    }

    /** Reads what is there; {@code execute} where this thread may not block. */
    private void read(boolean execute) {
      while (last == null && size < MOST) {
        Content.Chunk chunk = getWrapped().read();
        if (chunk == null) {
          if (System.nanoTime() - began > graceNanos + size * NANOS_A_BYTE) {
            refuse();
            return;
          }
          getWrapped().demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          last = chunk;
        } else {
          boolean room;
          try {
            room = add(chunk.getByteBuffer());
          } finally {
            chunk.release();
          }
          last = chunk.isLast() ? Content.Chunk.EOF : null;
          if (!room) {
            break;
          }
        }
      }
      if (execute) {
        getContext().execute(this::goOn);
      } else {
        goOn();
      }
    }

    /** Keeps some bytes; false where no more are to be kept. */
    private boolean add(ByteBuffer more) {
      int length = more.remaining();
      boolean room = true;
      if (length > bytes.length - size) {
        int known = (int) Math.min(MOST, Math.max(FIRST_STEP, getLength()));
        int capacity = Math.max(size + length, size == 0 ? Math.min(known, MOST) : 2 * size);
        room = count(capacity) <= mostHeld;
        bytes = Arrays.copyOf(bytes, capacity);
      }
      more.get(bytes, size, length);
      size += length;
      return room;
    }

    private synchronized long count(int capacity) {
      long all = held.addAndGet(capacity - counted);
      counted = capacity;
      return all;
    }

    private void refuse() {
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      Response.writeError(
          getWrapped(), response, callback, HttpStatus.REQUEST_TIMEOUT_408, TOO_SLOW);
    }

    private void goOn() {
      try {
        if (!getHandler().handle(this, response, callback)) {
          Response.writeError(this, response, callback, HttpStatus.NOT_FOUND_404);
        }
      } catch (Throwable e) {
        Response.writeError(this, response, callback, e);
      }
    }

    @Override
    public Content.Chunk read() {
      if (ahead) {
        ahead = false;
        if (size > 0) {
          ByteBuffer early = ByteBuffer.wrap(bytes, 0, size);
          bytes = null; // The request may last for long.
          count(0);
          return Content.Chunk.from(early, last == Content.Chunk.EOF);
        }
      }
      return last != null ? last : readRest();
    }

    private Content.Chunk readRest() {
      Content.Chunk chunk = super.read();
      if (chunk == null && waited > graceNanos + rest * NANOS_A_BYTE) {
        last = Content.Chunk.from(new TooSlowException());
        return last;
      }
      rest += chunk == null ? 0 : chunk.remaining();
      return chunk;
    }

    @Override
    public void demand(Runnable demandCallback) {
      if (ahead || last != null) {
        getContext().execute(demandCallback);
      } else {
        long since = System.nanoTime();
        super.demand(
            Invocable.from(
                Invocable.getInvocationType(demandCallback),
                () -> {
                  waited += System.nanoTime() - since;
                  demandCallback.run();
                }));
      }
    }
  }
}
