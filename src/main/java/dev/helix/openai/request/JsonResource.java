package dev.helix.openai.request;

import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.session.SessionException;
import dev.helix.text.Json;
import dev.helix.turn.ErrorMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What is kept, at a path of its own, told as JSON. No state. */
public final class JsonResource {
  private JsonResource() {}

  /** What is told, or why there is nothing to tell. */
  @FunctionalInterface
  public interface Telling {
    /** Null where the caller is told later. */
    Map<String, Object> of() throws InvalidRequestException, IOException;
  }

  /** The same as JSON. */
  @FunctionalInterface
  public interface Written {
    /** Null where the caller is told later. */
    byte[] json() throws InvalidRequestException, IOException;
  }

  /** The parts of the path behind the servlet's; a slash at the end is none. */
  public static List<String> path(HttpServletRequest request) {
    String behind = request.getPathInfo();
    String path = behind == null ? "" : behind.replaceFirst("^/", "").replaceFirst("/$", "");
    return path.isEmpty() ? List.of() : List.of(path.split("/", -1));
  }

  /** Whether a request has one of these methods; else it is answered with 405. */
  public static boolean allowed(
      HttpServletRequest request, HttpServletResponse response, String methods) throws IOException {
    if (List.of(methods.split(", ")).contains(request.getMethod())) {
      return true;
    }
    response.setHeader("Allow", methods);
    ErrorResponse.write(response, ApiError.methodNotAllowed(request.getMethod(), methods));
    return false;
  }

  /** Tells an object. */
  public static void tell(HttpServletResponse response, Telling telling) throws IOException {
    send(
        response,
        () -> {
          Map<String, Object> told = telling.of();
          return told == null ? null : Json.MAPPER.writeValueAsBytes(told);
        });
  }

  /** Sends JSON. */
  public static void send(HttpServletResponse response, Written written) throws IOException {
    byte[] body;
    try {
      body = written.json();
    } catch (InvalidRequestException e) {
      ErrorResponse.write(response, e.error());
      return;
    } catch (SessionException e) {
      ErrorResponse.write(response, ErrorMapping.of(e));
      return;
    }
    if (body == null) {
      return;
    }
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
