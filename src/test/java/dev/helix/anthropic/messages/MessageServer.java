package dev.helix.anthropic.messages;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.SessionId;
import dev.helix.transcript.Transcript;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The endpoint of messages with its filter in a real Jetty, with a scripted upstream. */
final class MessageServer implements AutoCloseable {
  static final String PATH = "/v1/messages";

  final ChatServer chat;

  MessageServer(Path folder) throws Exception {
    chat = new ChatServer(folder, Duration.ofSeconds(1));
    chat.add(new MessagesServlet(), PATH + "/*");
  }

  /** A request whose JSON has single quotes: all fields but the model and the limit. */
  static String body(String fields) {
    return ("{'model':'asked','max_tokens':100," + fields + "}").replace('\'', '"');
  }

  /** The messages of a request, which are users' and answers in turn. */
  static String talk(String... texts) {
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      String role = i % 2 == 0 ? "user" : "assistant";
      String content = texts[i].startsWith("[") ? texts[i] : "'" + texts[i] + "'";
      messages.add("{'role':'" + role + "','content':" + content + "}");
    }
    return "'messages':[" + String.join(",", messages) + "]";
  }

  RawClient post(String path, String body, String... headers) {
    RawClient client = RawClient.connect(chat.url());
    client.post(path, body, headers);
    return client;
  }

  /** Asks in a conversation, and has the upstream answer with a completion. */
  JsonNode answered(String conversation, String fields, String completion, String... more) {
    try (RawClient client = ask(conversation, fields, more)) {
      chat.upstream.next().respondJson(200, completion);
      return json(client.response());
    }
  }

  /** Asks in a conversation, and has the upstream answer with a text. */
  JsonNode said(String conversation, String fields, String answer, String... more) {
    return answered(conversation, fields, Completions.completion(answer), more);
  }

  RawClient ask(String conversation, String fields, String... more) {
    String[] headers = new String[more.length + 2];
    System.arraycopy(more, 0, headers, 2, more.length);
    headers[0] = "X-Conversation-ID";
    headers[1] = conversation;
    return post(PATH, body(fields), headers);
  }

  /** Asks for a stream; the upstream's next call is the caller's. */
  String streamed(String fields, java.util.function.Consumer<Call> upstream) {
    try (RawClient client = ask("stream", fields + ",'stream':true")) {
      upstream.accept(chat.upstream.next());
      return client.response().restText();
    }
  }

  static JsonNode json(RawResponse response) {
    return Json.read(response.rest());
  }

  static JsonNode json(String text) {
    return Json.read(text.getBytes(StandardCharsets.UTF_8));
  }

  /** All that is stored of a conversation, as {@code role:text}. */
  List<String> stored(String conversation) {
    return chat.stored(conversation);
  }

  /** Its current path, as {@code role:text}. */
  List<String> path(String conversation) {
    Transcript transcript = transcript(conversation);
    return transcript.currentPath().stream()
        .map(message -> message.role() + ":" + message.text())
        .toList();
  }

  Transcript transcript(String conversation) {
    return chat.sessions.transcript(new SessionId("conv-" + conversation));
  }

  @Override
  public void close() throws Exception {
    chat.close();
  }
}
