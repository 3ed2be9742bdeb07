package dev.helix.launch;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A handler before the web application that lets so many threads into it at once, which may all
 * have to wait there. Further requests wait in order, and without a thread. Whoever asks whether
 * the server lives passes all of them. Thread-safe.
 */
final class Workers extends Handler.Wrapper {
  private final int most;
  private final String health;

  /** How many requests are in the application on their first thread, or wait to be. */
  private final AtomicInteger load = new AtomicInteger();

  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  /**
   * A handler that lets {@code most} threads in.
   *
   * @param contextPath of the application, {@code /} for the root
   */
  Workers(Handler application, int most, String contextPath) {
    super(application);
    this.most = most;
    this.health = (contextPath.equals("/") ? "" : contextPath) + "/health/";
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (Request.getPathInContext(request).startsWith(health)) {
      return super.handle(request, response, callback);
    }
    if (load.incrementAndGet() > most) {
      waiting.add(() -> handleLater(request, response, callback));
      return true;
    }
    try {
      return super.handle(request, response, callback);
    } finally {
      leave();
    }
  }

  private void handleLater(Request request, Response response, Callback callback) {
    try {
      if (!super.handle(request, response, callback)) {
        Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      }
    } catch (Throwable e) {
      Response.writeError(request, response, callback, e);
    } finally {
      leave();
    }
  }

  /**
   * Lets the next one in, on another thread: this one has its connection's next request to read.
   */
  private void leave() {
    if (load.decrementAndGet() < most) {
      return;
    }
    Runnable next = waiting.poll();
    while (next == null) {
      // It was counted, and is about to be put there.
      Thread.onSpinWait();
      next = waiting.poll();
    }
    getServer().getThreadPool().execute(next);
  }
}
