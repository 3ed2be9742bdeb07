package dev.helix.filter;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Base URLs that name a conversation, for clients that can be given no header: mapped to {@code
 * /c/*}, it hands {@code /c/ID/v1/…} on to {@code /v1/…}, where {@link ConversationFilter} finds
 * the id if neither a header nor a field of the body has one.
 *
 * <pre>
 * POST /c/trip-to-rome/v1/chat/completions HTTP/1.1    →    X-Session-ID: conv-trip-to-rome
 * </pre>
 *
 * <p>It forwards, so the filters of {@code /v1/*} must be mapped to the dispatcher {@code FORWARD}
 * too. Thread-safe.
 */
public final class ConversationPathServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;

  private static final String ID = ConversationPathServlet.class.getName();

  /** One id, then a path below {@code /v1}. */
  private static final Pattern PATH = Pattern.compile("/([^/]+)(/v1/.+)", Pattern.DOTALL);

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    String info = request.getPathInfo();
    Matcher path = PATH.matcher(info == null ? "" : info);
    // The container has normalized the path. What it decoded since is not decoded twice.
    RequestDispatcher next =
        path.matches() && !path.group(1).isBlank() && !path.group(2).contains("/.")
            ? request.getRequestDispatcher(encoded(path.group(2)))
            : null;
    if (next == null) {
      ErrorResponse.write(
          request,
          response,
          new ApiError(
              404,
              "There is nothing here. A base URL that names a conversation ends in /c/ID/v1.",
              "invalid_request_error",
              null,
              "not_found"));
      return;
    }
    String whole = request.getRequestURI();
    int part = whole.indexOf(';');
    if (part >= 0 && part < whole.lastIndexOf("/v1/")) {
      ErrorResponse.write(
          request,
          response,
          IdRules.refused(
                  "path",
                  "The id in the path has a ';', with which servers take off what stands behind:"
                      + " encode it as %3B.")
              .error());
      return;
    }
    request.setAttribute(ID, path.group(1).strip());
    next.forward(request, response);
  }

  private static String encoded(String path) {
    try {
      return new URI(null, null, path, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a path that begins with a slash is a URI", e);
    }
  }

  /**
   * What a request says of its conversation, with the id in its path, if it has one.
   *
   * @param said what else it says, and no id
   */
  static Conversation read(HttpServletRequest request, Conversation said)
      throws InvalidRequestException {
    if (!(request.getAttribute(ID) instanceof String id)) {
      return said;
    }
    IdRules.check(id, "path", "The id in the path");
    return said.named(id, ConversationHeaders.messageIds(request), null);
  }
}
