package dev.helix.scripted;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * A plain chat client: it keeps the messages and resends all of them with each question, under one
 * set of request headers. Each question uses a connection of its own. Not thread-safe.
 */
public final class HttpConversation {
  private static final String PATH = "/v1/chat/completions";

  private final List<JsonNode> messages = new ArrayList<>();
  private final String[] headers;
  private URI server;

  /** A conversation that has not begun; headers come as names and values. */
  public HttpConversation(URI server, String... namesAndValues) {
    this.server = server;
    this.headers = namesAndValues.clone();
  }

  /** Goes on at another address. */
  public void moveTo(URI newServer) {
    server = newServer;
  }

  /** The messages so far, oldest first; a test may change them. */
  public List<JsonNode> messages() {
    return messages;
  }

  /** Adds a message of any kind. */
  public HttpConversation add(JsonNode message) {
    messages.add(message);
    return this;
  }

  /** Adds the answer that was heard. */
  public HttpConversation heard(String answer) {
    return add(Json.message("assistant", answer));
  }

  /** Asks for a streamed answer to a new user message. */
  public RawClient stream(String question) {
    add(Json.message("user", question));
    return post(body(true));
  }

  /** Asks for a whole answer to a new user message. */
  public RawClient ask(String question) {
    add(Json.message("user", question));
    return post(body(false));
  }

  /** The request body for the messages so far. */
  public ObjectNode body(boolean stream) {
    ObjectNode body = Json.object().put("model", Completions.MODEL);
    body.putArray("messages").addAll(messages);
    return stream ? body.put("stream", true) : body;
  }

  /** Sends a request body of the test's own making. */
  public RawClient post(JsonNode body) {
    RawClient client = RawClient.connect(server);
    client.post(PATH, body.toString(), headers);
    return client;
  }
}
