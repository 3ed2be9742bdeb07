package dev.helix.openai.models;

import dev.helix.backend.models.ModelCatalog;
import dev.helix.http.ApiError;
import dev.helix.http.ErrorForm;
import dev.helix.http.ErrorResponse;
import dev.helix.turn.stream.CallerStream;
import dev.helix.turn.stream.Mailbox;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code GET /v1/models} and {@code GET /v1/models/ID}, whose id may have slashes: the backend's
 * models, as it lists them, kept for a short while. While the backend can't be reached the last
 * known list is given, or an empty one, with status 200. Clients of Anthropic's API, which send
 * {@code anthropic-version}, are told them in its form. It waits for the backend without a thread.
 * Safe for use by many threads.
 */
public final class ModelsServlet extends HttpServlet {
  @Serial private static final long serialVersionUID = 1;

  private static final System.Logger LOG = System.getLogger(ModelsServlet.class.getName());

  private transient ModelCatalog models;

  @Override
  public void init() throws ServletException {
    models = (ModelCatalog) getServletContext().getAttribute(ModelCatalog.class.getName());
    if (models == null) {
      throw new ServletException("no ModelCatalog in the servlet context");
    }
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      response.setHeader("Allow", "GET, HEAD");
      ErrorResponse.write(request, response, ApiError.methodNotAllowed(request.getMethod(), "GET"));
      return;
    }
    String id = id(request.getPathInfo());
    AsyncContext async = request.startAsync();
    async.setTimeout(0);
    Mailbox mailbox =
        new Mailbox(
            models.executor(),
            models.executor(),
            CallerStream.holdsUpWriters(request.getServletContext()),
            failure -> {
              LOG.log(System.Logger.Level.ERROR, "the list of models could not be sent", failure);
              async.complete();
            });
    CallerStream caller = new CallerStream(async, response, mailbox, new Quiet());
    caller.open();
    ErrorForm form = ErrorForm.of(request);
    models.list().thenAccept(list -> mailbox.execute(() -> answer(caller, list, id, form)));
  }

  /** The id behind the path; null where the whole list is asked for. */
  private static String id(String path) {
    // Tomcat may be told to leave an encoded slash as it is.
    String id = path == null ? "" : path.replaceAll("%2[Ff]", "/").replaceAll("^/+|/+$", "");
    return id.isEmpty() ? null : id;
  }

  private void answer(CallerStream caller, byte[] list, String id, ErrorForm form) {
    boolean anthropic = form == ErrorForm.ANTHROPIC;
    if (id == null) {
      answer(caller, 200, anthropic ? AnthropicModels.list(list) : list, null);
    } else if (models.isUnknown(id)) {
      refuse(caller, unknown(id), form);
    } else {
      models
          .model(list, id)
          .ifPresentOrElse(
              model -> answer(caller, 200, anthropic ? AnthropicModels.one(model) : model, null),
              () -> refuse(caller, missing(id), form));
    }
  }

  private static void refuse(CallerStream caller, ApiError error, ErrorForm form) {
    answer(
        caller,
        error.status(),
        form.json(error),
        error.retryAfter() == null ? null : error.retryAfterSeconds());
  }

  private static void answer(CallerStream caller, int status, byte[] body, String retryAfter) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Content-Length", String.valueOf(body.length));
    if (retryAfter != null) {
      headers.put("Retry-After", retryAfter);
    }
    caller.begin(status, headers);
    caller.write(ByteBuffer.wrap(body));
    caller.end();
  }

  private static ApiError missing(String id) {
    return new ApiError(
        404,
        "The model '" + id + "' does not exist.",
        "invalid_request_error",
        "model",
        "model_not_found");
  }

  /** The same as a chat with it gets. */
  private static ApiError unknown(String id) {
    return new ApiError(
        503,
        "Whose the model '"
            + id
            + "' is cannot be said, as the list of an upstream cannot be had. Try again.",
        "upstream_error",
        "model",
        "upstream_models_unknown",
        Duration.ofSeconds(1));
  }

  /** A short answer: nothing is to be done when it is sent, or can't be. */
  private static final class Quiet implements CallerStream.Listener {
    @Override
    public void progressed() {}

    @Override
    public void callerServed() {}

    @Override
    public void callerGone(Throwable cause) {}
  }
}
