package dev.helix.openai.responses;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The Responses API on a real server; in bodies apostrophes stand for quotation marks. */
final class ResponsesService implements AutoCloseable {
  final ChatServer chat;

  ResponsesService(Path folder) throws Exception {
    this(new ChatServer(folder, Duration.ofSeconds(30)));
  }

  ResponsesService(ChatServer chat) {
    this.chat = chat;
    chat.add(new ResponsesServlet(), "/v1/responses/*");
  }

  RawClient post(String path, String body, String... headers) {
    RawClient client = RawClient.connect(chat.url());
    client.post("/v1/responses" + path, body.replace('\'', '"'), headers);
    return client;
  }

  /** What is answered without the upstream. */
  RawResponse told(String path, String body, String... headers) {
    try (RawClient client = post(path, body, headers)) {
      return whole(client);
    }
  }

  /** The response, read to its end. */
  static RawResponse whole(RawClient client) {
    RawResponse response = client.response();
    response.rest();
    return response;
  }

  /** What is answered where the upstream answers with this. */
  JsonNode answered(String path, String body, String completion, String... headers) {
    try (RawClient client = post(path, body, headers)) {
      call().respondJson(200, completion);
      RawResponse response = whole(client);
      if (response.status() != 200) {
        throw new AssertionError(response.text());
      }
      return response.json();
    }
  }

  /** Makes a response with this text. */
  JsonNode said(String body, String text, String... headers) {
    return answered("", body, Completions.completion(text), headers);
  }

  JsonNode get(String path) {
    return RawClient.get(chat.url(), "/v1/responses" + path).json();
  }

  Call call() {
    return chat.upstream.next();
  }

  /** What an upstream was sent, as {@code role:text}. */
  static List<String> sent(Call call) {
    List<String> sent = new ArrayList<>();
    call.request()
        .json()
        .path("messages")
        .forEach(
            each -> sent.add(each.path("role").asText() + ":" + each.path("content").asText()));
    return sent;
  }

  @Override
  public void close() throws Exception {
    chat.close();
  }
}
