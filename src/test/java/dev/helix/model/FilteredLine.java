package dev.helix.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.helix.filter.Conversation;
import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.filter.TestServer;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SteppingClock;
import dev.helix.session.TurnRequest;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends requests over HTTP through the real filter to a small endpoint, which records what the
 * filter lets be a turn. A request goes out only when its reply is known. Not thread-safe.
 */
final class FilteredLine implements Line, AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final SessionManager manager =
      new SessionManager(new MemorySessionStore(), new SteppingClock());
  private final HttpClient client = HttpClient.newHttpClient();
  private final TestServer server;
  private String chat;
  private List<Answer> replies = List.of();

  FilteredLine() throws Exception {
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint("/*", this::serve)
            .start();
  }

  /** Begins another chat. */
  FilteredLine in(String id) {
    chat = id;
    return this;
  }

  private void serve(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Conversation conversation = Conversation.of(request);
    if (conversation.isTurn()) {
      List<Message> messages = new ArrayList<>();
      for (JsonNode message : MAPPER.readTree(request.getInputStream()).get("messages")) {
        messages.add(Message.parse(message.toString().getBytes(StandardCharsets.UTF_8)));
      }
      OpenTurn turn =
          manager.beginTurn(
              (SessionState) request.getAttribute(SessionState.class.getName()),
              new TurnRequest(
                  messages, HistoryMode.CLIENT, SentHistory.ALL, conversation.messageIds()));
      manager.completeTurn(turn, replies);
    }
    response.setStatus(204);
  }

  @Override
  public Call send(MessageIds ids, List<Said> messages) {
    return answers -> {
      replies = answers;
      post(ids, messages, ids.equals(MessageIds.NONE) ? null : "");
    };
  }

  @Override
  public void task(MessageIds ids, String prompt, String name) {
    replies = List.of();
    post(ids, List.of(Said.user(prompt, prompt, false)), name);
  }

  private void post(MessageIds ids, List<Said> messages, String task) {
    ObjectNode body = MAPPER.createObjectNode().put("model", "m").put("stream", false);
    for (Said message : messages) {
      byte[] json = message.toMessage().wireJson();
      body.withArray("messages")
          .addRawValue(new RawValue(new String(json, StandardCharsets.UTF_8)));
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"))
            .header("Content-Type", "application/json")
            .header("X-OpenWebUI-Chat-Id", chat)
            .POST(BodyPublishers.ofString(body.toString()));
    if (task != null) {
      // Open WebUI sends the whole line of headers, empty where it has no value.
      request.header("X-OpenWebUI-Task", task);
      request.header("X-OpenWebUI-User-Message-Id", orEmpty(ids.question()));
      request.header("X-OpenWebUI-User-Message-Parent-Id", orEmpty(ids.parent()));
      request.header("X-OpenWebUI-Message-Id", orEmpty(ids.answer()));
    }
    try {
      assertEquals(204, client.send(request.build(), BodyHandlers.ofString()).statusCode());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  @Override
  public void restart() {
    // The server goes on: what a restart changes is below the session manager.
  }

  @Override
  public Transcript transcript() {
    return manager.transcript(manager.getOrCreateSession(null, chat).sessionId());
  }

  @Override
  public void close() throws Exception {
    server.close();
    manager.close();
  }
}
