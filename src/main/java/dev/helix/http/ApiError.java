package dev.helix.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/**
 * An error as OpenAI's clients read it: an HTTP status and the body {@code
 * {"error":{"message","type","param","code"}}}. Immutable.
 *
 * @param status the HTTP status, 400 to 599
 * @param message what is wrong, for a person; never a secret
 * @param type OpenAI's family of the error, such as {@code invalid_request_error}
 * @param param the request field at fault, or null
 * @param code the machine-readable reason, such as {@code invalid_conversation_id}, or null
 * @param retryAfter after how long the same request may succeed, the {@code Retry-After} header;
 *     null where nobody knows
 */
public record ApiError(
    int status, String message, String type, String param, String code, Duration retryAfter) {
  public ApiError {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("not an error status: " + status);
    }
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(type, "type");
  }

  /** An error without a {@code Retry-After}. */
  public ApiError(int status, String message, String type, String param, String code) {
    this(status, message, type, param, code, null);
  }

  /** This error with another {@code retryAfter}. */
  public ApiError retryAfter(Duration delay) {
    return new ApiError(status, message, type, param, code, delay);
  }

  /** The value of a {@code Retry-After} header, in whole seconds; null where there is none. */
  public String retryAfterSeconds() {
    return retryAfter == null ? null : Long.toString(Math.max(1, retryAfter.toSeconds()));
  }

  /** This error with another status. */
  public ApiError withStatus(int newStatus) {
    return new ApiError(newStatus, message, type, param, code, retryAfter);
  }

  /** The JSON body, compact, in UTF-8. */
  public byte[] toJson() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("error")
        .put("message", message)
        .put("type", type)
        .put("param", param)
        .put("code", code);
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A mistake of the server's own. */
  public static ApiError internal() {
    return new ApiError(
        500, "The server made a mistake; its log says more.", "server_error", null, "internal");
  }

  /** What a failure of the server's own is told as: 503 where the heap was too small, else 500. */
  public static ApiError of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        return BodyBudgetException.memory().error();
      }
    }
    return internal();
  }

  /** Nothing answers at this path. */
  public static ApiError nothingAt(String path) {
    return new ApiError(
        404,
        "There is nothing at "
            + path
            + ". The endpoints are POST /v1/chat/completions, POST /v1/responses,"
            + " POST /v1/conversations, POST /v1/messages and GET /v1/models; some others of an"
            + " upstream pass through.",
        "invalid_request_error",
        null,
        "not_found");
  }

  /** A method that the path does not have: 405. */
  public static ApiError methodNotAllowed(String method, String allowed) {
    return new ApiError(
        405,
        "The method " + method + " is not allowed here; use " + allowed + ".",
        "invalid_request_error",
        null,
        "method_not_allowed");
  }
}
