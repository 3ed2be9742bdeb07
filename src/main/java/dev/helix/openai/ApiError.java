package dev.helix.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
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
 */
public record ApiError(int status, String message, String type, String param, String code) {
  public ApiError {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("not an error status: " + status);
    }
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(type, "type");
  }

  /** A fault of the caller's: 400 and {@code invalid_request_error}. */
  public static ApiError invalidRequest(String code, String param, String message) {
    return new ApiError(400, message, "invalid_request_error", param, code);
  }

  /** This error with another status. */
  public ApiError withStatus(int newStatus) {
    return new ApiError(newStatus, message, type, param, code);
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
}
