package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.RawResponse;
import java.util.Set;
import java.util.TreeSet;

/** What every error looks like: {@code {"error":{"message","type","param","code"}}}. */
final class Errors {
  private static final Set<String> KEYS = Set.of("message", "type", "param", "code");

  private Errors() {}

  /** The error object inside the body, checked for its shape. */
  static JsonNode check(JsonNode body) {
    JsonNode error = body.path("error");
    assertTrue(error.isObject(), body::toString);
    Set<String> keys = new TreeSet<>();
    error.fieldNames().forEachRemaining(keys::add);
    assertTrue(keys.containsAll(KEYS), body::toString);
    assertFalse(error.path("message").asText().isBlank(), body::toString);
    assertTrue(error.path("type").isTextual(), body::toString);
    return error;
  }

  /** The error of a response that was read whole, checked for status, type and shape. */
  static JsonNode check(int status, RawResponse response) {
    response.rest();
    assertEquals(status, response.status(), response::text);
    String type = response.header("Content-Type");
    assertTrue(type != null && type.startsWith("application/json"), () -> "type is " + type);
    return check(response.json());
  }

  /** As {@link #check(int, RawResponse)}, with the expected code. */
  static void check(int status, String code, RawResponse response) {
    assertEquals(code, check(status, response).path("code").asText(), response::text);
  }
}
