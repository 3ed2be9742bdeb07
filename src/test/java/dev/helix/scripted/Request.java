package dev.helix.scripted;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A request as the scripted upstream received it, whole. Immutable, except that {@link #body} is
 * not copied.
 */
public final class Request {
  private final String method;
  private final String path;
  private final List<Header> headers;
  private final byte[] body;

  Request(String method, String path, List<Header> headers, byte[] body) {
    this.method = method;
    this.path = path;
    this.headers = List.copyOf(headers);
    this.body = body;
  }

  public String method() {
    return method;
  }

  /** The request target as sent, with any query. */
  public String path() {
    return path;
  }

  public List<Header> headers() {
    return headers;
  }

  /** The header's first value, or null. */
  public String header(String name) {
    return Header.first(headers, name);
  }

  /** The body's bytes after any chunking. */
  public byte[] body() {
    return body;
  }

  /** The body as JSON; a body that is none fails the test. */
  public JsonNode json() {
    return Json.read(body);
  }

  /** The text of the last element of {@code messages}, or null if there is none. */
  public String lastMessage() {
    JsonNode messages = json().path("messages");
    return messages.isEmpty() ? null : messages.get(messages.size() - 1).path("content").asText();
  }

  @Override
  public String toString() {
    return method + " " + path + " (" + body.length + " bytes)";
  }
}
