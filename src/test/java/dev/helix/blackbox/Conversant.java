package dev.helix.blackbox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client of the Conversations API, as its SDKs are on the wire. */
final class Conversant {
  private final Endpoint endpoint;
  private final String[] headers;

  Conversant(Endpoint endpoint, String... namesAndValues) {
    this.endpoint = endpoint;
    this.headers = new String[namesAndValues.length + 2];
    System.arraycopy(namesAndValues, 0, headers, 2, namesAndValues.length);
    headers[0] = "Content-Type";
    headers[1] = "application/json";
  }

  /** Asks below {@code /v1/conversations}; the JSON has {@code '} for {@code "}. */
  RawResponse call(String method, String path, String json) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return RawClient.exchange(endpoint.url(), method, "/v1/conversations" + path, body, headers);
  }

  RawResponse call(String method, String path) {
    return call(method, path, "");
  }

  /** The same where it succeeds. */
  JsonNode done(String method, String path, String json) {
    RawResponse response = call(method, path, json);
    if (response.status() != 200) {
      throw new AssertionError(response.status() + " " + response.restText());
    }
    return response.json();
  }

  JsonNode get(String path) {
    return done("GET", path, "");
  }

  /** The id of a new conversation. */
  String make(String json) {
    return done("POST", "", json).path("id").asText();
  }

  /** What is added to a conversation, as it is listed. */
  JsonNode add(String id, String items) {
    return done("POST", "/" + id + "/items", "{'items':[" + items + "]}").path("data");
  }

  /** A conversation's items from the oldest on. */
  List<JsonNode> items(String id) {
    List<JsonNode> items = new ArrayList<>();
    get("/" + id + "/items?order=asc&limit=100").path("data").forEach(items::add);
    return items;
  }

  /** The same, each as its role, or else its type, and its first text. */
  List<String> said(String id) {
    return items(id).stream().map(Conversant::said).toList();
  }

  static String said(JsonNode item) {
    String role = item.path(item.has("role") ? "role" : "type").asText();
    return role + ":" + item.at("/content/0/text").asText();
  }
}
