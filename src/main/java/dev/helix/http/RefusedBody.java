package dev.helix.http;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;

/**
 * Tells callers that their request's body was refused, and reads what they still send. No state.
 */
public final class RefusedBody {
  /** A failure without a trace: nothing in the server's code is wrong. */
  private static final class TooSlowException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    TooSlowException() {
      super("a request's body came too slowly, or with too many others: the connection is closed");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private RefusedBody() {}

  /**
   * Answers a request whose body was refused, and reads the rest as {@link #discard} does.
   *
   * @param limit the most bytes that the body might have had
   */
  public static void tell(
      HttpServletRequest request,
      HttpServletResponse response,
      RequestBodyException why,
      long limit,
      BodyBudget budget)
      throws IOException {
    boolean full = why instanceof BodyBudgetException;
    // Servers close the connection behind a 503: it is said when the caller has sent all.
    boolean cut = why.endsReading() || (full && !readOn(request, limit, budget));
    if (cut) {
      response.setHeader("Connection", "close");
    }
    ErrorResponse.write(request, response, why.error());
    if (cut) {
      cut(request);
    } else if (!full) {
      discard(request, limit, budget);
    }
  }

  /**
   * Reads what a caller still sends who has been told why the request is refused: else the
   * connection is reset before the caller sees it. Blocks until the end of the body, or so much of
   * it that nobody sends it by mistake, or the caller is too slow. A caller that waits for leave to
   * send has none, and one that leaves is no error.
   *
   * @param limit the most bytes that the body might have had
   * @throws IOException if the connection must be closed: the server would wait for the rest
   */
  public static void discard(HttpServletRequest request, long limit, BodyBudget budget)
      throws IOException {
    if (request.getHeader("Expect") == null && !readOn(request, limit, budget)) {
      cut(request);
    }
  }

  /** Whether the rest was read, or nobody is there to send it; false for a sender to be cut off. */
  static boolean readOn(HttpServletRequest request, long limit, BodyBudget budget) {
    BodyRoom room = new BodyRoom(budget, BodyHolder.of(request));
    try (InputStream in = new PacedInput(request, budget, room)) {
      byte[] some = new byte[8 * 1024];
      int count = in.read(some);
      // Twice: what the filter has read of it already comes again.
      for (long size = count; count >= 0 && size < 2 * limit; size += count) {
        count = in.read(some);
      }
      return count < 0;
    } catch (RequestBodyException slow) {
      return false;
    } catch (IOException left) {
      return true;
    }
  }

  /** Tomcat reads up to 2 MB of the rest on this thread, unless the request failed. */
  static void cut(HttpServletRequest request) throws IOException {
    if (isReadByServer(request.getServletContext())) {
      throw new TooSlowException();
    }
  }

  /** Whether the server reads the rest of a body on the request's thread. */
  static boolean isReadByServer(ServletContext context) {
    return String.valueOf(context.getServerInfo()).startsWith("Apache Tomcat");
  }
}
