package dev.helix.packaging.probe;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A web application that a test guides: it streams until it is drained, and while it drains it asks
 * the test, by a connection to {@code probe.guide}, when to go on. Without that system property it
 * has nothing to drain.
 */
public final class GuidedApplication extends HttpServlet implements ServletContextListener {
  private static final long serialVersionUID = 1L;
  private static final String STREAMS = "probe.streams";

  @Override
  public void contextInitialized(ServletContextEvent event) {
    Queue<AsyncContext> streams = new ConcurrentLinkedQueue<>();
    event.getServletContext().setAttribute(STREAMS, streams);
    event.getServletContext().setAttribute("dev.helix.sessions.dir", "/where/sessions/are");
    event.getServletContext().setAttribute("dev.helix.demo.model", "probe-model");
    Integer guide = Integer.getInteger("probe.guide");
    if (guide != null) {
      event
          .getServletContext()
          .setAttribute("dev.helix.drain", (Runnable) () -> drain(guide, streams));
    }
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    event.getServletContext().log("the application is gone");
  }

  private static void drain(int guide, Queue<AsyncContext> streams) {
    System.getLogger("probe").log(System.Logger.Level.INFO, "draining");
    try (Socket test = new Socket(InetAddress.getLoopbackAddress(), guide)) {
      test.getOutputStream().write('d');
      if (test.getInputStream().read() < 0) {
        return;
      }
      for (AsyncContext stream : streams) {
        write(stream, "last");
        stream.complete();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String sought = request.getParameter("class");
    if (sought != null) {
      response.getWriter().println(sees(sought));
      return;
    }
    AsyncContext stream = request.startAsync();
    stream.setTimeout(0);
    streams().add(stream);
    write(stream, "first");
  }

  private static boolean sees(String name) {
    try {
      return Class.forName(name, false, Thread.currentThread().getContextClassLoader()) != null;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static void write(AsyncContext stream, String text) throws IOException {
    stream.getResponse().getOutputStream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
    stream.getResponse().flushBuffer();
  }

  @SuppressWarnings("unchecked")
  private Queue<AsyncContext> streams() {
    return (Queue<AsyncContext>) getServletContext().getAttribute(STREAMS);
  }
}
