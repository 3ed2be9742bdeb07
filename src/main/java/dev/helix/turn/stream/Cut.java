package dev.helix.turn.stream;

import dev.helix.http.ErrorServlet;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;

/**
 * How a response ends that is not whole, after its head has been sent (ADR-0055): the connection is
 * closed without the body's end, where the server has a way to do that.
 */
enum Cut {
  /** As a whole one does. */
  NOT_AT_ALL {
    @Override
    void end(AsyncContext async, HttpServletResponse response) {
      async.complete();
    }
  },

  /** Jetty's own meaning of a status that HTTP does not have. */
  BY_STATUS {
    @Override
    void end(AsyncContext async, HttpServletResponse response) throws IOException {
      response.sendError(-1);
      async.complete();
    }
  },

  /** A servlet that fails behind the head: Tomcat closes the connection then. */
  BY_FAILURE {
    @Override
    void end(AsyncContext async, HttpServletResponse response) {
      ErrorServlet.failBehind(async);
    }
  };

  /**
   * Whoever sends a header of this name reads errors in the stream, and takes a cut for another.
   */
  private static final String OPEN_WEBUI = "x-openwebui-";

  /** How it is done for this request. */
  static Cut of(HttpServletRequest request) {
    for (String name : Collections.list(request.getHeaderNames())) {
      if (name.toLowerCase(Locale.ROOT).startsWith(OPEN_WEBUI)) {
        return NOT_AT_ALL;
      }
    }
    String server = String.valueOf(request.getServletContext().getServerInfo());
    if (server.startsWith("jetty/")) {
      return BY_STATUS;
    }
    return server.startsWith("Apache Tomcat") ? BY_FAILURE : NOT_AT_ALL;
  }

  /** Ends the exchange. Whatever was written has been flushed. */
  abstract void end(AsyncContext async, HttpServletResponse response) throws IOException;
}
