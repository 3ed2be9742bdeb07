package dev.helix.openai.passthrough;

import dev.helix.backend.PassedCall;
import dev.helix.http.ApiError;
import dev.helix.http.ErrorResponse;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.PageOrigin;
import dev.helix.http.RefusedBody;
import dev.helix.http.RequestBody;
import dev.helix.http.RequestBodyException;
import dev.helix.turn.TurnSettings;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The endpoints beside chat completions that clients ask of the same base URL: embeddings, speech,
 * images and the like. A request goes to the upstream with our key, its body as it came, and the
 * reply comes back as it is; nothing of it is recorded. A backend that is no upstream has none of
 * them: 404. What a page of another origin could send without being asked is refused: 403.
 *
 * <pre>
 * POST /v1/audio/speech HTTP/1.1               HTTP/1.1 200 OK
 * Content-Type: application/json         →     Content-Type: audio/mpeg
 *
 * {"model": "tts-1", "input": "Hello", …}      (the upstream's bytes)
 * </pre>
 *
 * <p>It needs a {@link Passing} in the servlet context. Safe for use by many threads.
 */
public final class PassthroughServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;

  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST");

  /** What the upstream must know of a body, and what the caller wants of its own. */
  private static final List<String> CONTENT = List.of("Content-Type", "Accept");

  private static final String ENCODING = "Content-Encoding";

  private transient Passing passing;

  @Override
  public void init() throws ServletException {
    passing = (Passing) getServletContext().getAttribute(Passing.class.getName());
    if (passing == null) {
      throw new ServletException("no Passing in the servlet context");
    }
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    RequestBody body = null;
    boolean begun = false;
    try {
      String target = target(request, response);
      boolean hasBody = request.getMethod().equals("POST");
      if (hasBody) {
        refusePages(request);
        body = read(request);
        requireType(request, body);
      }
      PassedCall call =
          new PassedCall(
              request.getMethod(), target, headers(request), hasBody ? body.bytes() : null);
      Passage.begin(passing, call, body, request, response);
      begun = true;
    } catch (InvalidRequestException e) {
      ErrorResponse.write(response, e.error());
      RefusedBody.discard(request, settings().maxRequestBytes(), passing.budget());
    } catch (RequestBodyException e) {
      RefusedBody.tell(request, response, e, settings().maxRequestBytes(), passing.budget());
    } finally {
      if (body != null && !begun) {
        body.close();
      }
    }
  }

  private TurnSettings settings() {
    return passing.settings();
  }

  /** A browser lets a page of any origin send what is not JSON, without asking before. */
  private static void refusePages(HttpServletRequest request) throws InvalidRequestException {
    if (!RequestBody.isJson(request) && PageOrigin.isForeign(request)) {
      throw new InvalidRequestException(
          new ApiError(
              403,
              "A page of another origin may send JSON only. helix.cors.origins names the origins"
                  + " whose pages may send all.",
              "invalid_request_error",
              "Origin",
              "origin_not_allowed"));
    }
  }

  private static void requireType(HttpServletRequest request, RequestBody body)
      throws InvalidRequestException {
    String type = request.getHeader("Content-Type");
    if ((type == null || type.isBlank()) && body.length() > 0) {
      throw new InvalidRequestException(
          new ApiError(
              415,
              "The request must say what its body is, such as 'Content-Type: application/json'.",
              "invalid_request_error",
              "Content-Type",
              "unsupported_media_type"));
    }
  }

  /** The body as it came, whatever its encoding; without one where the backend looks into it. */
  private RequestBody read(HttpServletRequest request) throws IOException {
    long limit = settings().maxRequestBytes();
    if (passing.backend().looksIntoBodies()) {
      return RequestBody.read(request, limit, passing.budget());
    }
    if (request.getContentLengthLong() <= limit) {
      RequestBody body = RequestBody.readUpTo(request, limit, passing.budget());
      if (body.complete()) {
        return body;
      }
      body.close();
    }
    throw RequestBodyException.tooLarge(limit);
  }

  private String target(HttpServletRequest request, HttpServletResponse response)
      throws InvalidRequestException {
    String path =
        PassedPath.of(request)
            .orElseThrow(() -> notFound("There is nothing at " + request.getRequestURI() + "."));
    if (passing.backend() == null) {
      throw notFound(
          "There is no "
              + path
              + " here: only an upstream has it, and another backend answers."
              + " helix.upstream.url sets an upstream.");
    }
    if (!METHODS.contains(request.getMethod())) {
      response.setHeader("Allow", "GET, HEAD, POST");
      throw new InvalidRequestException(
          ApiError.methodNotAllowed(request.getMethod(), "GET or POST"));
    }
    return PassedPath.withQuery(path, request.getQueryString())
        .orElseThrow(
            () ->
                new InvalidRequestException(
                    "invalid_value", null, "The query of the URL is none: encode it."));
  }

  private static InvalidRequestException notFound(String message) {
    return new InvalidRequestException(
        new ApiError(404, message, "invalid_request_error", null, "not_found"));
  }

  private Map<String, String> headers(HttpServletRequest request) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (List<String> names : List.of(settings().forwardedHeaders(), CONTENT)) {
      names.forEach(name -> add(name, request, headers));
    }
    if (!passing.backend().looksIntoBodies()) {
      add(ENCODING, request, headers);
    }
    return headers;
  }

  private static void add(String name, HttpServletRequest from, Map<String, String> to) {
    String value = from.getHeader(name);
    if (value != null) {
      to.put(name, value);
    }
  }
}
