package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.session.SessionManager;
import dev.helix.transcript.MessageIds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids that name no conversation: everybody who sends one means another. */
class PlaceholderIdTest {
  private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hallo\"}]}";
  private static final String STRONG = "X-Conversation-ID";
  private static final String WEAK = "X-OpenWebUI-Chat-Id";
  private static final String ADVICE = "ENABLE_FORWARD_USER_INFO_HEADERS";

  @TempDir Path sessions;
  private final BlockingQueue<Conversation> seen = new LinkedBlockingQueue<>();
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint("/*", (request, response) -> seen.add(Conversation.of(request)))
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  private String assertRefused(String header, String value, RawHttp.Response response)
      throws IOException {
    assertEquals(400, response.status());
    JsonNode error = new ObjectMapper().readTree(response.body()).get("error");
    assertEquals("invalid_conversation_id", error.get("code").asText());
    assertEquals(header, error.get("param").asText());
    String message = error.get("message").asText();
    assertTrue(message.contains(header), message);
    assertTrue(message.contains("'" + value + "'"), message);
    assertNull(response.header("X-Session-ID"));
    assertNull(response.header(STRONG));
    assertTrue(seen.isEmpty());
    return message;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{CHAT_ID}}",
        "{{ $json.sessionId }}",
        "${CHAT_ID}",
        "%CHAT_ID%",
        "{chat_id}",
        "<chat_id>",
        "undefined",
        "null",
        "None",
        "NaN",
        "[object Object]",
        "00000000-0000-0000-0000-000000000000"
      })
  void idThatNamesNothing_isRefused_withItsHeaderAndItsValue_whateverTheMethod(String value)
      throws Exception {
    for (String header : new String[] {STRONG, WEAK}) {
      assertRefused(header, value, server.send(RawHttp.post("/").header(header, value).json(CHAT)));
      assertRefused(header, value, server.send(RawHttp.get("/").header(header, value)));
    }
  }

  @Test
  void weakerHeader_isNotUsedInItsPlace_andAWeakerOneThatNamesNothingIsIgnored() throws Exception {
    assertRefused(
        STRONG,
        "undefined",
        server.send(RawHttp.get("/").header(STRONG, "undefined").header(WEAK, "chat")));

    RawHttp.Response response =
        server.send(RawHttp.get("/").header(STRONG, "chat").header(WEAK, "undefined"));
    assertEquals("conv-chat", response.header("X-Session-ID"));
  }

  @Test
  void templateOfOpenWebUi_isToldWhatToDo() throws Exception {
    RawHttp.Response theirs = server.send(RawHttp.get("/").header(STRONG, "{{CHAT_ID}}"));
    assertTrue(assertRefused(STRONG, "{{CHAT_ID}}", theirs).contains(ADVICE));

    RawHttp.Response others = server.send(RawHttp.get("/").header(STRONG, "{{ID}}"));
    assertFalse(assertRefused(STRONG, "{{ID}}", others).contains(ADVICE));
  }

  @Test
  void longValue_isShownInPart() throws Exception {
    String value = "{{" + "x".repeat(400) + "}}";
    assertRefused(
        STRONG, "{{" + "x".repeat(78) + "…", server.send(RawHttp.get("/").header(STRONG, value)));
  }

  @Test
  void wordsAPersonMayChoose_areIds() throws Exception {
    for (String id : new String[] {"new", "default", "null-island"}) {
      assertEquals(
          "conv-" + id, server.send(RawHttp.get("/").header(STRONG, id)).header("X-Session-ID"));
    }
    assertEquals(200, server.send(RawHttp.get("/").header(STRONG, "-")).status());
  }

  @Test
  void taskAndMessageIds_thatWereNotFilledIn_areAbsent() throws Exception {
    RawHttp.Response response =
        server.send(
            RawHttp.post("/")
                .header(STRONG, "chat")
                .header("X-OpenWebUI-Task", "{{TASK}}")
                .header("X-OpenWebUI-Message-Id", "{{MESSAGE_ID}}")
                .header("X-OpenWebUI-User-Message-Id", "{{USER_MESSAGE_ID}}")
                .header("X-OpenWebUI-User-Message-Parent-Id", "{{USER_MESSAGE_PARENT_ID}}")
                .json(CHAT));

    assertEquals("conv-chat", response.header("X-Session-ID"));
    Conversation conversation = seen.remove();
    assertTrue(conversation.isTurn());
    assertEquals(MessageIds.NONE, conversation.messageIds());
  }
}
