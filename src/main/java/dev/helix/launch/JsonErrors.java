package dev.helix.launch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * The server's own errors in the form that clients of the API read: {@code
 * {"error":{"message","type","param","code"}}}. They are what never reaches the web application: a
 * malformed request line, headers that are too large, a path outside of the context, a heap that is
 * full. Thread-safe. Source: specification section 6.
 */
final class JsonErrors implements Request.Handler {
  private static final byte[] STOPPING =
      """
      {"error":{"message":"The server is stopping. Try again.","type":"server_error",\
      "param":null,"code":"server_stopping"}}\
      """
          .getBytes(StandardCharsets.UTF_8);

  private static final byte[] FULL =
      """
      {"error":{"message":"The memory is taken by other requests; try again in a moment.",\
      "type":"server_error","param":null,"code":"request_memory_exhausted"}}\
      """
          .getBytes(StandardCharsets.UTF_8);

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    boolean full = request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof OutOfMemoryError;
    if (full) {
      response.setStatus(HttpStatus.SERVICE_UNAVAILABLE_503);
    }
    int status = response.getStatus();
    if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
    }
    byte[] body = full ? FULL : body(status, request.getAttribute(ErrorHandler.ERROR_MESSAGE));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.getHeaders().put(ErrorHandler.ERROR_CACHE_CONTROL);
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }

  private static byte[] body(int status, Object reason) {
    if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
      // What the server itself does not take any more: the application has answers of its own.
      return STOPPING;
    }
    HttpStatus.Code known = HttpStatus.getCode(status);
    String title = known == null ? "Error " + status : known.getMessage();
    // What went wrong inside the server is the log's business, not the caller's.
    boolean callersFault = status < 500;
    String message =
        callersFault && reason != null && !reason.equals(title) ? title + ": " + reason : title;
    String code = known == null ? "null" : quoted(known.name().toLowerCase(Locale.ROOT));
    String type = callersFault ? "invalid_request_error" : "server_error";
    return """
    {"error":{"message":%s,"type":"%s","param":null,"code":%s}}\
    """
        .formatted(quoted(message), type, code)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
