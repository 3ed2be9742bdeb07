package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionManager;
import dev.helix.transcript.MessageIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageIdHeadersTest {
  private static final String QUESTION = "X-OpenWebUI-User-Message-Id";
  private static final String PARENT = "X-OpenWebUI-User-Message-Parent-Id";
  private static final String ANSWER = "X-OpenWebUI-Message-Id";

  @TempDir Path sessions;
  private final BlockingQueue<MessageIds> seen = new LinkedBlockingQueue<>();
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    server =
        new TestServer()
            .filter(new ConversationFilter(manager, FilterSettings.defaults()), "/*")
            .endpoint("/*", (in, out) -> seen.add(Conversation.of(in).messageIds()))
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  private MessageIds of(String... namesAndValues) throws IOException {
    RawHttp.Request request = RawHttp.post("/").header("X-Conversation-ID", "chat");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request = request.header(namesAndValues[i], namesAndValues[i + 1]);
    }
    assertEquals(200, server.send(request.json("{}")).status());
    return seen.remove();
  }

  @Test
  void threeHeaders_nameQuestionParentAndAnswer() throws IOException {
    assertEquals(
        new MessageIds("q", "p", "a"),
        of(QUESTION, " q ", PARENT, "p", "x-openwebui-message-id", "a"));
  }

  @Test
  void emptyHeader_isAbsent() throws IOException {
    assertEquals(new MessageIds("q", null, null), of(QUESTION, "q", PARENT, "", ANSWER, " "));
    assertEquals(MessageIds.NONE, of());
  }

  @Test
  void bytesOfUtf8_areReadAsIt() throws IOException {
    String latin =
        new String("fräge".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

    assertEquals("fräge", of(QUESTION, latin).question());
  }

  @Test
  void idThatCannotBeUsed_countsAsAbsent_andIsNoError() throws IOException {
    assertEquals("x".repeat(512), of(QUESTION, "x".repeat(512)).question());
    assertEquals(
        new MessageIds(null, null, "a"),
        of(QUESTION, "x".repeat(513), PARENT, "1", PARENT, "2", ANSWER, "a"));
    assertEquals(MessageIds.NONE, of(QUESTION, "a\u0085b"));
  }

  @Test
  void withoutAConversationId_messageIdsNameNothing() throws IOException {
    RawHttp.Response response =
        server.send(
            RawHttp.post("/")
                .header(QUESTION, "q")
                .json("{\"messages\":[{\"role\":\"user\",\"content\":\"Hallo\"}]}"));

    assertTrue(response.header("X-Session-ID").startsWith("hallo-"));
    assertEquals(MessageIds.NONE, seen.remove());
  }
}
