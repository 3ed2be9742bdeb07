package dev.helix.turn.stream;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The way back to the caller: bytes go out when the container can take them, and nobody waits for
 * it.
 *
 * <p>All methods are called from one mailbox, to which the container's callbacks are posted too.
 * Bytes are written outside of it, one piece at a time, as a container may hold the thread that
 * writes, and what came of it is a task again. The response is first touched when the container
 * says that writing is possible. However the exchange ends, and whichever of write, WriteListener
 * and AsyncListener tells of it, the listener hears of it exactly once.
 */
public final class CallerStream implements Caller, WriteListener {
  private static final System.Logger LOG = System.getLogger(CallerStream.class.getName());
  private static final String WATCH = "dev.helix.watch";
  private static final int REST_MILLIS = 250;

  /** Told of room and of the caller's leaving, in the mailbox. */
  public interface Listener {
    /** Some of what waited was taken. */
    void progressed();

    /** All that was written before {@link CallerStream#end} was taken. */
    void callerServed();

    /** Nothing more can be written. The cause is null where the server gives none. */
    void callerGone(Throwable cause);
  }

  private final AsyncContext async;
  private final HttpServletResponse response;
  private final ServletOutputStream out;
  private final Mailbox mailbox;
  private final Listener listener;
  private final Queue<ByteBuffer> queue = new ArrayDeque<>();
  private long queued;
  private final Map<String, String> ownHeaders = new LinkedHashMap<>();
  private Piece.Head head;

  /** What is being written, or what the container would not take yet; null where it took all. */
  private Piece piece;

  private boolean writing;
  private boolean ending;
  private boolean over;

  /** How the exchange ends when something is missing. */
  private final Cut whenMissing;

  /** How the exchange ends when all was written. */
  private Cut cut = Cut.NOT_AT_ALL;

  /** Waits before a cut; null where there is none, or it waits already. */
  private ScheduledExecutorService resting;

  /** Whether the caller has had the time to read what comes before a cut. */
  private boolean rested;

  /** Whether the container has said for the first time that it can take something. */
  private volatile boolean opened;

  /** Whether the container may take something: false is followed by a call of it. */
  private volatile boolean ready;

  /** Whether that call is waited for. */
  private volatile boolean wanted;

  /** Whether the thread that is writing is to complete the exchange, whatever it has left. */
  private volatile boolean abandoned;

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
  public CallerStream(
      AsyncContext async, HttpServletResponse response, Mailbox mailbox, Listener listener)
      throws IOException {
    this.async = async;
    this.response = response;
    this.mailbox = mailbox;
    this.listener = listener;
    this.out = response.getOutputStream();
    this.whenMissing = Cut.of((HttpServletRequest) async.getRequest());
  }

  /**
   * Whether a server may hold a thread up that writes to a caller who does not read, although it
   * has said that it can take something. Jetty and Tomcat do not; Open Liberty does.
   */
  public static boolean holdsUpWriters(ServletContext context) {
    String server = String.valueOf(context.getServerInfo());
    return !server.startsWith("jetty/") && !server.startsWith("Apache Tomcat");
  }

  /**
   * Whether a response to this request that breaks off is cut; else it ends as a whole one does.
   */
  public static boolean cutsOff(HttpServletRequest request) {
    return Cut.of(request) != Cut.NOT_AT_ALL;
  }

  /**
   * Begins to listen to the container: the last thing that the servlet's thread does with the
   * response.
   */
  @Override
  public void open() {
    async.addListener((Release) this::releasedByContainer);
    out.setWriteListener(this);
  }

  /**
   * Has the server tell when the caller leaves, where it can without a write (ADR-0059). It costs
   * something, and is for a caller who has waited for a while.
   */
  @Override
  @SuppressWarnings("unchecked") // What the launcher puts there.
  public void watch() {
    synchronized (inContainer) {
      if (!released
          && async.getRequest().getServletContext().getAttribute(WATCH)
              instanceof BiConsumer<?, ?> watch) {
        ((BiConsumer<ServletRequest, Runnable>) watch)
            .accept(async.getRequest(), () -> mailbox.execute(() -> gone(null)));
      }
    }
  }

  @Override
  public void header(String name, String value) {
    ownHeaders.put(name, value);
  }

  @Override
  public void begin(int status, Map<String, String> headers) {
    Map<String, String> all = new LinkedHashMap<>(ownHeaders);
    all.putAll(headers);
    head = new Piece.Head(status, all);
  }

  @Override
  public void write(ByteBuffer bytes) {
    if (!over && bytes.hasRemaining()) {
      queue.add(bytes);
      queued += bytes.remaining();
    }
  }

  /** How many bytes wait for the caller, those that are being written included. */
  @Override
  public long queued() {
    return queued;
  }

  @Override
  public boolean waits() {
    return !over && (queued > 0 || (opened && (piece != null || ending)));
  }

  /** No more is to come: what is queued goes out, then the exchange is completed. */
  @Override
  public boolean end() {
    ending = true;
    flush();
    return false; // The listener hears of it.
  }

  /**
   * No more is to come, and something is missing: what is queued goes out, then the connection is
   * closed without the body's end, {@value #REST_MILLIS} ms later: {@code fetch} drops what came
   * and was not read when its connection breaks. Where the server cannot do that, or the caller
   * reads errors itself, the exchange is completed at once.
   *
   * @param timers posts and returns
   */
  @Override
  public boolean breakOff(ScheduledExecutorService timers) {
    cut = whenMissing;
    resting = timers;
    return end();
  }

  /** Has the container handed what it takes now, behind the tasks that wait in the mailbox. */
  @Override
  public void flush() {
    boolean nothing = piece == null && head == null && queue.isEmpty() && !ending;
    if (over || writing || nothing) {
      return;
    }
    if (!ready) {
      wanted = true;
      // Looked at again, as the container may have called before.
      if (!ready) {
        return;
      }
      wanted = false;
    }
    if (piece == null) {
      piece = new Piece(head, queue, ending, cut != Cut.NOT_AT_ALL);
      head = null;
    }
    Piece next = piece;
    writing = true;
    mailbox.outside(() -> write(next));
  }

  /** Outside of the mailbox, where it may be held up; what is to be done then. */
  private Runnable write(Piece next) {
    Throwable failure = null;
    boolean done = false;
    long before = next.size();
    synchronized (inContainer) {
      if (released) {
        return () -> writing = false; // What the container has told is a task already or soon.
      }
      try {
        done = writeOut(next);
      } catch (Throwable e) {
        // Servers report a caller that has left in many ways; and whatever it is, this is over.
        failure = e;
      }
    }
    if (abandoned) {
      release(Cut.NOT_AT_ALL);
    }
    boolean whole = done;
    Throwable cause = failure;
    return () -> written(next, whole, before - next.size(), cause);
  }

  /** Whether nothing is left of it, the exchange's end included. */
  private boolean writeOut(Piece next) throws IOException {
    while (!next.isWritten() || next.isLast()) {
      // False here is a promise of onWritePossible, whose word must not be overwritten.
      ready = false;
      if (!out.isReady()) {
        return false;
      }
      ready = true;
      if (next.isWritten()) {
        if (next.isCut() && !rested) {
          return false;
        }
        release(next.isCut() ? cut : Cut.NOT_AT_ALL);
        return true;
      }
      next.write(response, out);
    }
    return true;
  }

  private void written(Piece done, boolean whole, long taken, Throwable failure) {
    writing = false;
    if (over) {
      release(Cut.NOT_AT_ALL);
    } else if (failure != null) {
      gone(failure);
    } else {
      queued -= taken;
      if (whole) {
        piece = null;
      }
      if (whole && done.isLast()) {
        over = true;
        listener.callerServed();
        return;
      }
      if (whole || taken > 0) {
        listener.progressed();
      }
      if (ready && done.isCut() && done.isWritten()) {
        rest();
      } else {
        flush();
      }
    }
  }

  private void rest() {
    if (resting != null) {
      ScheduledFuture<?> unused =
          resting.schedule(
              () ->
                  mailbox.execute(
                      () -> {
                        rested = true;
                        flush();
                      }),
              REST_MILLIS,
              TimeUnit.MILLISECONDS);
      resting = null;
    }
  }

  /** Ends the exchange at once, whatever waits; a thread that is held up in it ends it later. */
  @Override
  public void abandon() {
    if (!over) {
      close();
    }
  }

  private void close() {
    over = true;
    queue.clear();
    queued = 0;
    head = null;
    piece = null;
    if (writing) {
      abandoned = true;
    } else {
      release(Cut.NOT_AT_ALL);
    }
  }

  /** Completes the exchange, unless that is done; also where it cannot be cut. */
  private void release(Cut how) {
    synchronized (inContainer) {
      if (!released) {
        released = true;
        if (!ends(how) && how != Cut.NOT_AT_ALL) {
          ends(Cut.NOT_AT_ALL);
        }
      }
    }
  }

  private boolean ends(Cut how) {
    try {
      how.end(async, response);
      return true;
    } catch (RuntimeException | IOException e) {
      // The container completed it first, as some do when the caller has left.
      LOG.log(System.Logger.Level.DEBUG, "the exchange could not be ended", e);
      return false;
    }
  }

  private void releasedByContainer(Throwable cause) {
    synchronized (inContainer) {
      if (released) {
        return; // We have completed it, or heard of the end before.
      }
      released = true;
    }
    mailbox.execute(() -> gone(cause));
  }

  private void gone(Throwable cause) {
    if (!over) {
      close();
      listener.callerGone(cause);
    }
  }

  @Override
  public void onWritePossible() {
    opened = true;
    ready = true;
    if (wanted) {
      wanted = false;
      mailbox.executeHere(this::flush);
    }
  }

  @Override
  public void onError(Throwable cause) {
    mailbox.execute(() -> gone(cause));
  }
}
