package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.transcript.Answer;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application that answers with responses of its own, behind a filter set up by init-params. */
class ResponsesInAnApplicationTest {
  private static final String QUESTION = "{\"model\":\"m\",\"input\":\"Hallo\"%s}";

  @TempDir Path sessions;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server =
        new TestServer()
            .filter(
                new ConversationFilter(),
                "/ai/*",
                Map.of(
                    "helix.sessions.dir",
                    sessions.toString(),
                    "helix.conversation.fallback",
                    "none",
                    "helix.conversation.methods",
                    "POST"))
            .endpoint("/ai/responses/*", ResponsesInAnApplicationTest::answer)
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  /** Records a turn and answers with the response's id; of a GET, with the session's name. */
  private static void answer(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    SessionState session = (SessionState) request.getAttribute(SessionState.class.getName());
    SessionManager manager = (SessionManager) request.getAttribute(SessionManager.class.getName());
    String text = session == null ? "none" : session.sessionId().value();
    if (session != null && request.getMethod().equals("POST")) {
      OpenTurn turn =
          manager.beginTurn(session, List.of(Message.of("user", "Hallo")), HistoryMode.CLIENT);
      Message answer = Message.of("assistant", "Hallo.");
      SessionState after =
          manager.completeTurn(
              turn, List.of(new Answer(answer, "m", "stop", AnswerStatus.COMPLETED)));
      List<Message> said = manager.transcript(after.sessionId()).messages();
      text = ResponseId.of(after, said.get(said.size() - 1).id()).value();
    }
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private RawHttp.Response ask(String more, String... header) throws IOException {
    RawHttp.Request request = RawHttp.post("/ai/responses");
    if (header.length > 0) {
      request.header(header[0], header[1]);
    }
    RawHttp.Response response = server.send(request.json(QUESTION.formatted(more)));
    assertEquals(200, response.status(), response.body());
    return response;
  }

  private String get(String id) throws IOException {
    return server.send(RawHttp.get("/ai/responses/" + id)).body();
  }

  @Test
  void responseThatNamesNothing_isFoundByItsId_andGoneOnFrom() throws Exception {
    RawHttp.Response first = ask("");
    String session = first.header("X-Session-ID");
    assertTrue(session.matches("session-[0-9a-f]{32}"), session);
    assertEquals(session, get(first.body()));

    RawHttp.Response second = ask(",\"previous_response_id\":\"" + first.body() + "\"");
    assertEquals(session, second.header("X-Session-ID"));
    assertEquals(session, get(second.body()));
    assertNotEquals(session, ask("").header("X-Session-ID"));
    assertEquals("none", get("resp_of_nobody"));
  }

  @Test
  void conversationOfAHeader_isGoneOnWith_byTheBody() throws Exception {
    RawHttp.Response first = ask("", "X-Conversation-ID", "trip");
    assertEquals("conv-trip", first.header("X-Session-ID"));
    assertEquals("conv-trip", ask(",\"conversation\":\"trip\"").header("X-Session-ID"));
    assertEquals("conv-trip", get(first.body()), "its id tells the conversation");
    assertEquals("none", ask(",\"store\":false").body());
  }
}
