package dev.helix.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The form in which a caller reads errors, which is that of the API that it asks. */
public enum ErrorForm {
  /** That of OpenAI's API: {@link ApiError#toJson}. */
  OPENAI {
    @Override
    public byte[] json(ApiError error) {
      return error.toJson();
    }
  },

  /**
   * That of Anthropic's API: {@code {"type":"error","error":{"type","message"},"request_id":null}},
   * whose types follow from the status.
   */
  ANTHROPIC {
    @Override
    public byte[] json(ApiError error) {
      ObjectNode root = JsonNodeFactory.instance.objectNode().put("type", "error");
      root.putObject("error").put("type", type(error.status())).put("message", error.message());
      root.putNull("request_id");
      return root.toString().getBytes(StandardCharsets.UTF_8);
    }
  };

  private static final Pattern MESSAGES =
      Pattern.compile("(?:.*/)?v1/+messages(?:[/;%].*)?", Pattern.DOTALL);

  private static final Pattern MODELS =
      Pattern.compile("(?:.*/)?v1/+models(?:[/;%].*)?", Pattern.DOTALL);

  /** What clients of Anthropic's API send with every request. */
  private static final String VERSION = "anthropic-version";

  /**
   * The form for the caller of a request, by its path; on an error page by what was asked. The
   * models are on the same path in both APIs, so that there a header of the client tells.
   */
  public static ErrorForm of(HttpServletRequest request) {
    Object failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
    String path = failed instanceof String asked ? asked : request.getRequestURI();
    boolean anthropic =
        path != null
            && (MESSAGES.matcher(path).matches()
                || (request.getHeader(VERSION) != null && MODELS.matcher(path).matches()));
    return anthropic ? ANTHROPIC : OPENAI;
  }

  /** The body of an error, compact, in UTF-8. */
  public abstract byte[] json(ApiError error);

  private static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 424 -> "api_error"; // What an upstream failed in, and must not be asked for again.
      case 429 -> "rate_limit_error";
      case 503, 529 -> "overloaded_error";
      case 504 -> "timeout_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }
}
