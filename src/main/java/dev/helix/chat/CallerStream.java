package dev.helix.chat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * The way back to the caller: bytes go out when the container can take them, and no thread waits
 * for it.
 *
 * <p>All methods are called from one mailbox, to which the container's callbacks are posted too.
 * The response is first touched when the container says that writing is possible, so never while
 * the servlet still has it. However the exchange ends, and whichever of write, WriteListener and
 * AsyncListener a server tells it by, the owner hears of it exactly once.
 */
final class CallerStream implements WriteListener {
  private static final System.Logger LOG = System.getLogger(CallerStream.class.getName());

  /** Who writes: told of room and of the caller's leaving, in the mailbox. */
  interface Owner {
    /** Some of what waited was taken. */
    void progressed();

    /** All that was written before {@link CallerStream#end} was taken. */
    void callerServed();

    /** Nothing more can be written. The cause is null where the server gives none. */
    void callerGone(Throwable cause);
  }

  /**
   * Hears that the container is done with the request, more than once perhaps. To be made of a
   * lambda: WildFly takes each class that implements AsyncListener for one that it has to make.
   */
  @FunctionalInterface
  private interface Release extends AsyncListener {
    void released(Throwable cause);

    @Override
    default void onComplete(AsyncEvent event) {
      released(null);
    }

    @Override
    default void onError(AsyncEvent event) {
      released(event.getThrowable());
    }

    @Override
    default void onTimeout(AsyncEvent event) {
      released(null);
    }

    @Override
    default void onStartAsync(AsyncEvent event) {}
  }

  private final AsyncContext async;
  private final HttpServletResponse response;
  private final ServletOutputStream out;
  private final Executor mailbox;
  private final Owner owner;
  private final Queue<ByteBuffer> queue = new ArrayDeque<>();
  private long queued;
  private final Map<String, String> ownHeaders = new LinkedHashMap<>();
  private Runnable head;
  private boolean headWritten;
  private boolean opened;
  private boolean ready;
  private boolean unflushed;
  private boolean ending;
  private boolean over;

  /**
   * Guards the response against its reuse: once the container has told of the end, on a thread of
   * its own, it may give the same objects to another request. The callback waits for a write in
   * flight, and no write begins after it.
   */
  private final Object inContainer = new Object();

  private boolean released;

  /**
   * Takes the response over from the servlet's thread; the asynchronous request must have been
   * started.
   */
  CallerStream(AsyncContext async, HttpServletResponse response, Executor mailbox, Owner owner)
      throws IOException {
    this.async = async;
    this.response = response;
    this.mailbox = mailbox;
    this.owner = owner;
    this.out = response.getOutputStream();
  }

  /**
   * Begins to listen to the container: the last thing that the servlet's thread does with the
   * response.
   */
  void open() {
    async.addListener((Release) this::releasedByContainer);
    out.setWriteListener(this);
  }

  /** Adds a header to whatever will be begun. */
  void header(String name, String value) {
    ownHeaders.put(name, value);
  }

  /** Sets status and headers; once, before the first write. */
  void begin(int status, Map<String, String> headers) {
    head =
        () -> {
          response.setStatus(status);
          ownHeaders.forEach(response::setHeader);
          headers.forEach(response::setHeader);
        };
  }

  boolean begun() {
    return head != null || headWritten;
  }

  /** Adds bytes to what goes out; they go with the next {@link #flush}. */
  void write(ByteBuffer bytes) {
    if (!over && bytes.hasRemaining()) {
      queue.add(bytes);
      queued += bytes.remaining();
    }
  }

  /** How many bytes wait for the caller. */
  long queued() {
    return queued;
  }

  /** Whether the container has not taken yet what it was or will be given. */
  boolean waits() {
    return !over && (queued > 0 || (opened && !ready && (unflushed || ending)));
  }

  /** No more is to come: what is queued goes out, then the exchange is completed. */
  void end() {
    ending = true;
    flush();
  }

  boolean over() {
    return over;
  }

  /** Hands the container all that it takes now. */
  void flush() {
    if (over || !ready) {
      return;
    }
    long before = queued;
    Throwable failure = null;
    synchronized (inContainer) {
      if (released) {
        return;
      }
      try {
        writeQueued();
      } catch (IOException | RuntimeException e) {
        // Servers report a caller that has left as either.
        failure = e;
      }
    }
    if (failure != null) {
      gone(failure);
    } else if (over) {
      owner.callerServed();
    } else if (queued < before) {
      owner.progressed();
    }
  }

  private void writeQueued() throws IOException {
    if (head != null) {
      head.run();
      head = null;
      headWritten = true;
      unflushed = true;
    }
    while (!queue.isEmpty() || unflushed || ending) {
      // False here is a promise of onWritePossible, so it is not asked unless there is something to
      // do.
      if (!out.isReady()) {
        ready = false;
        return;
      }
      ByteBuffer next = queue.poll();
      if (next != null) {
        queued -= next.remaining();
        unflushed = true;
        out.write(next.array(), next.arrayOffset() + next.position(), next.remaining());
      } else if (unflushed && !ending) {
        unflushed = false;
        out.flush();
      } else {
        complete();
        return;
      }
    }
  }

  /** Ends the exchange at once, whatever waits. */
  void abandon() {
    if (!over) {
      complete();
    }
  }

  private void complete() {
    over = true;
    queue.clear();
    queued = 0;
    synchronized (inContainer) {
      if (!released) {
        released = true;
        try {
          async.complete();
        } catch (IllegalStateException e) {
          // The container completed it first, as some do when the caller has left.
          LOG.log(System.Logger.Level.DEBUG, "the container had completed the request", e);
        }
      }
    }
  }

  private void releasedByContainer(Throwable cause) {
    synchronized (inContainer) {
      released = true;
    }
    mailbox.execute(() -> gone(cause));
  }

  private void gone(Throwable cause) {
    if (!over) {
      complete();
      owner.callerGone(cause);
    }
  }

  @Override
  public void onWritePossible() {
    mailbox.execute(
        () -> {
          ready = true;
          opened = true;
          flush();
        });
  }

  @Override
  public void onError(Throwable cause) {
    mailbox.execute(() -> gone(cause));
  }
}
