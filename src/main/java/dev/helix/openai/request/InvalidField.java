package dev.helix.openai.request;

import dev.helix.http.InvalidRequestException;

/** What is said of a field that is missing or is not what it must be. No state. */
public final class InvalidField {
  private InvalidField() {}

  /** Of a field that must be there. */
  public static InvalidRequestException missing(String param) {
    return new InvalidRequestException(
        "missing_required_parameter", param, "Missing required parameter: '" + param + "'.");
  }

  /** Of a field whose value has another type than is {@code allowed}. */
  public static InvalidRequestException wrongType(String param, String allowed) {
    return new InvalidRequestException(
        "invalid_type", param, "'" + param + "' must be " + allowed + ".");
  }

  /** Of a field whose value has the right type, and is not what is {@code allowed}. */
  public static InvalidRequestException wrongValue(String param, String allowed) {
    return new InvalidRequestException(
        "invalid_value", param, "'" + param + "' must be " + allowed + ".");
  }
}
