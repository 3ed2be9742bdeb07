package dev.helix.blackbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.scripted.Request;
import dev.helix.scripted.ScriptedUpstream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A client of the Responses API, as its SDKs are on the wire. */
final class Responder {
  static final String PATH = "/v1/responses";

  private final Endpoint endpoint;
  private final Supplier<URI> url;
  private final ScriptedUpstream upstream;
  private final String[] headers;

  Responder(Endpoint endpoint, String... namesAndValues) {
    this.endpoint = endpoint;
    this.url = endpoint::url;
    this.upstream = endpoint.upstream();
    this.headers = namesAndValues.clone();
  }

  /** A client of an application that is no endpoint of the suite. */
  Responder(WholeApplication application, String... namesAndValues) {
    this.endpoint = null;
    this.url = application::url;
    this.upstream = application.upstream();
    this.headers = namesAndValues.clone();
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** What a response was and what the upstream was asked for it. */
  record Said(RawResponse http, JsonNode response, Request asked) {
    String id() {
      return response.path("id").asText();
    }

    /** The texts of its messages. */
    String text() {
      return textOf(response);
    }

    /** What the upstream got, as {@code role:text}. */
    List<String> sent() {
      return Responder.sent(asked);
    }
  }

  /** The messages of a request at the upstream, as {@code role:text}. */
  static List<String> sent(Request asked) {
    List<String> sent = new ArrayList<>();
    asked
        .json()
        .path("messages")
        .forEach(
            message ->
                sent.add(message.path("role").asText() + ":" + message.path("content").asText()));
    return sent;
  }

  static String textOf(JsonNode response) {
    StringBuilder text = new StringBuilder();
    response
        .path("output")
        .forEach(
            item -> item.path("content").forEach(part -> text.append(part.path("text").asText())));
    return text.toString();
  }

  /** A call of a tool, as an upstream answers it. */
  static String calls(String callId, String name, String arguments) {
    ObjectNode body = Json.object().put("object", "chat.completion").put("model", "scripted-1");
    ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    message.putNull("content");
    ObjectNode call = message.putArray("tool_calls").addObject().put("id", callId);
    call.put("type", "function")
        .putObject("function")
        .put("name", name)
        .put("arguments", arguments);
    choice.put("finish_reason", "tool_calls");
    return body.toString();
  }

  static ObjectNode asks(String input) {
    return Json.object().put("model", "m").put("input", input);
  }

  static ObjectNode follows(String input, String previous) {
    return asks(input).put("previous_response_id", previous);
  }

  /** Asks without a stream, and has the upstream answer with a text. */
  Said whole(ObjectNode request, String answer) {
    RawClient client = post(request);
    Call call = upstream.next();
    call.respondJson(200, Completions.completion(answer));
    return told(client, call);
  }

  /** Asks without a stream, and has the upstream answer with a body. */
  Said answered(ObjectNode request, String completion) {
    RawClient client = post(request);
    Call call = upstream.next();
    call.respondJson(200, completion);
    return told(client, call);
  }

  private static Said told(RawClient client, Call call) {
    try (client) {
      RawResponse http = client.response();
      return new Said(http, Json.read(http.rest()), call.request());
    }
  }

  /** Asks for a stream, and has the upstream answer with these words. */
  Said streamed(ObjectNode request, String... words) {
    try (RawClient client = post(request.put("stream", true))) {
      Call call = upstream.next();
      call.beginSse();
      Completions.chunks(words).forEach(call::sse);
      call.end();
      RawResponse http = client.response();
      List<JsonNode> events = events(http.restText());
      return new Said(http, events.get(events.size() - 1).path("response"), call.request());
    }
  }

  /** The data of the events of a stream, without its end mark. */
  static List<JsonNode> events(String body) {
    List<JsonNode> events = new ArrayList<>();
    for (String line : body.lines().toList()) {
      if (line.startsWith("data: ") && !line.equals("data: [DONE]")) {
        events.add(Json.read(line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8)));
      }
    }
    return events;
  }

  RawClient post(ObjectNode request) {
    RawClient client = RawClient.connect(url.get());
    client.post(PATH, request.toString(), headers);
    return client;
  }

  /** What is refused before the upstream is asked, or told without it. */
  RawResponse refused(ObjectNode request) {
    try (RawClient client = post(request)) {
      RawResponse response = client.response();
      response.rest();
      return response;
    }
  }

  RawResponse call(String method, String path) {
    return RawClient.exchange(url.get(), method, PATH + path, new byte[0], headers);
  }

  JsonNode get(String path) {
    RawResponse response = call("GET", path);
    if (response.status() != 200) {
      throw new AssertionError(response.status() + " " + response.restText());
    }
    return response.json();
  }
}
