package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.Message;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Prompts of other front ends than Open WebUI, before and after a person's turn. */
class AsideTurnsTest {
  private static final SessionId SESSION = new SessionId("conv-chat");
  private static final String QUESTION = "How far is it?";

  @TempDir Path folder;
  private ChatServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ofSeconds(1));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  /** Bodies of our own, in the shapes that these programs send, with their short marks. */
  static Stream<Arguments> prompts() {
    String libreChat = "Provide a concise, 5-word-or-less title for the conversation, please.";
    String structured = "Analyze this conversation and provide:\\n1. A title";
    String n8n =
        "Generate a concise and descriptive title for an AI chat conversation.\\n\\n>>> Hi";
    String openCode = "Generate a title for this conversation:\\n";
    String[][] rows = {
      {"LibreChat", body(false, user(libreChat + "\\n\\nUser: Hi\\nAI: Hello"))},
      {"LibreChat, streamed", body(true, user(libreChat))},
      {"LibreChat, structured", body(false, user(structured))},
      {"n8n", body(false, system("You are a helpful assistant"), user(n8n))},
      {"opencode", body(true, system("You name chats."), user(openCode), user(QUESTION))},
      {"opencode, two system messages", body(true, system("A"), system("B"), user(openCode))},
      {"any other", body(false, user("Name this talk."))},
      {"system messages alone", body(false, system("Name the talk."), system("Be short."))},
      {"any other with a system message", body(false, system("Be short."), user("Name it."))},
    };
    return Stream.of(rows)
        .flatMap(row -> Stream.of(true, false).map(first -> Arguments.of(row[0], first, row[1])));
  }

  private static String user(String text) {
    return "{\"role\":\"user\",\"content\":\"" + text + "\"}";
  }

  private static String system(String text) {
    return "{\"role\":\"system\",\"content\":\"" + text + "\"}";
  }

  private static String body(boolean stream, String... messages) {
    return "{\"model\":\"m\",\"stream\":"
        + stream
        + ",\"messages\":["
        + String.join(",", messages)
        + "]}";
  }

  /** A turn; gives what the upstream was sent, as texts. */
  private List<String> turn(String body, String answer, String... headers) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = "X-Conversation-ID";
    all[1] = "chat";
    try (RawClient client = RawClient.connect(server.url())) {
      client.post("/v1/chat/completions", body, all);
      Call call = server.upstream.next();
      if (call.request().json().path("stream").asBoolean()) {
        call.beginSse();
        Completions.chunks(answer).forEach(call::sse);
        call.end();
      } else {
        call.respondJson(200, Completions.completion(answer));
      }
      RawResponse response = client.response();
      response.rest();
      assertEquals(200, response.status(), response::text);
      List<String> sent = new ArrayList<>();
      for (JsonNode message : call.request().json().path("messages")) {
        sent.add(message.path("content").asText());
      }
      return sent;
    }
  }

  private void assertChat(String request, String... path) {
    SessionState state = server.sessions.find(SESSION).orElseThrow();
    assertEquals(request, state.originalRequest());
    assertEquals(
        List.of(path),
        server.sessions.transcript(SESSION).currentPath().stream().map(Message::text).toList());
  }

  @ParameterizedTest(name = "{0}, first: {1}")
  @MethodSource("prompts")
  void prompt_isRecorded_andIsNeitherTheRequestNorThePath(
      String name, boolean first, String prompt) {
    if (first) {
      turn(prompt, "Far");
    }
    turn(body(true, user(QUESTION)), "12 km");
    if (!first) {
      turn(prompt, "Far");
    }
    assertChat(QUESTION, QUESTION, "12 km");
    assertTrue(
        server.sessions.transcript(SESSION).messages().stream()
            .anyMatch(message -> message.text().equals("Far")));

    List<String> sent =
        turn(body(true, user("And back?")), "The same", "X-Conversation-History", "stored");
    assertEquals(QUESTION, sent.get(sent.size() - 3));
    assertEquals("12 km", sent.get(sent.size() - 2));
    assertChat(QUESTION, QUESTION, "12 km", "And back?", "The same");
  }

  @Test
  void systemMessagesAlone_inStoredMode_areSentWithTheHistory_andReplaceNothing() {
    turn(body(true, system("You are a guide."), user(QUESTION)), "12 km");
    for (int i = 0; i < 2; i++) {
      List<String> sent =
          turn(body(false, system("Name the talk.")), "Far", "X-Conversation-History", "stored");
      assertEquals(List.of("Name the talk."), sent.subList(0, 1));
      assertEquals(List.of(QUESTION, "12 km"), sent.subList(1, sent.size()));
      assertChat(QUESTION, QUESTION, "12 km");
    }
    assertEquals(
        List.of("You are a guide.", QUESTION, "12 km", "And back?"),
        turn(body(true, user("And back?")), "The same", "X-Conversation-History", "stored"));
    assertChat(QUESTION, QUESTION, "12 km", "And back?", "The same");
  }

  @Test
  void clientThatNeverStreams_hasItsTurns_fromTheSecondOn() {
    turn(body(false, user(QUESTION)), "12 km");
    SessionState begun = server.sessions.find(SESSION).orElseThrow();
    assertEquals(QUESTION, begun.originalRequest());
    assertTrue(begun.provisional());
    String again =
        body(
            false,
            user(QUESTION),
            "{\"role\":\"assistant\",\"content\":\"12 km\"}",
            user("And back?"));
    turn(again, "The same");
    assertChat(QUESTION, QUESTION, "12 km", "And back?", "The same");
    assertEquals(4, server.sessions.transcript(SESSION).messages().size());
  }

  @Test
  void whoSendsOnlyWhatIsNew_orSaysWhichMessageItIs_asksForItself() {
    turn(body(false, user("One")), "A", "X-Conversation-History", "stored");
    turn(body(false, user("Two")), "B", "X-Conversation-History", "stored");
    assertChat("One", "One", "A", "Two", "B");
    turn(
        body(false, user("Three")),
        "C",
        "X-OpenWebUI-Message-Id",
        "a3",
        "X-OpenWebUI-User-Message-Id",
        "q3");
    assertChat("One", "Three", "C");
  }
}
