package dev.helix.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.BodyBudget;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.session.HistoryMode;
import dev.helix.session.ResponseNote;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionId;
import dev.helix.session.SessionLook;
import dev.helix.session.SessionManager;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.MessageIds;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Turns whose answers are responses, through the engine of every endpoint. */
class ResponseTurnTest {
  private static final SessionId ID = new SessionId("conv-c");
  private static final String NONE = "";

  @TempDir Path folder;
  private ChatServer server;

  private static String end(int number) {
    return String.format("%016x", number);
  }

  private static String node(int number) {
    return "m-" + end(number);
  }

  private static String note(int number) {
    return "{\"id\":\"resp_s" + end(number) + "\"}";
  }

  /** {@code POST /respond/<number>?parent=<node>} with a question as its body. */
  private static final class RespondServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private final transient Turns turns;
    private final transient SessionManager sessions;
    private final transient BodyBudget budget;

    RespondServlet(ChatServer server) {
      this.turns = server.turns;
      this.sessions = server.sessions;
      this.budget = server.budget;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      RequestBody body = RequestBody.read(request, 1024, budget);
      int number = Integer.parseInt(request.getPathInfo().substring(1));
      String parent = request.getParameter("parent");
      Message question = Message.of("user", new String(body.bytes(), UTF_8));
      boolean fork = !parent.equals(NONE);
      TurnRequest asked =
          new TurnRequest(
                  List.of(question),
                  HistoryMode.STORED,
                  SentHistory.ALL,
                  new MessageIds(null, parent, null))
              .responding(new ResponseNote(node(number), note(number), fork));
      TurnCall call =
          new TurnCall(
              sessions.getOrCreateSession(null, "c"),
              asked,
              true,
              true,
              1,
              Map.of(),
              body,
              (history, system) -> completion(history, question));
      try {
        turns.begin(call, new PlainTextForm(), request, response);
      } catch (InvalidRequestException e) {
        throw new ServletException(e);
      }
    }

    private static byte[] completion(List<Message> history, Message question) {
      StringBuilder messages = new StringBuilder();
      history.forEach(each -> messages.append(new String(each.sentJson(false), UTF_8)).append(','));
      messages.append(new String(question.wireJson(), UTF_8));
      return ("{\"model\":\"m\",\"stream\":true,\"messages\":[" + messages + "]}").getBytes(UTF_8);
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ofSeconds(30));
    server.add(new RespondServlet(server), "/respond/*");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private RawClient ask(int number, String parent, String question) {
    RawClient client = RawClient.connect(server.url());
    String path = "/respond/" + number + "?parent=" + parent;
    client.request("POST", path, question.getBytes(UTF_8), "Content-Type", "text/plain");
    return client;
  }

  private static void answer(Call call, String text) {
    call.beginSse();
    Completions.chunks(text).forEach(call::sse);
    call.end();
  }

  private void turn(int number, String parent, String question, String text) {
    try (RawClient client = ask(number, parent, question)) {
      answer(server.upstream.next(), text);
      assertEquals(text + "\n", client.response().restText());
    }
  }

  private Optional<Message> stored(int number) {
    return server.sessions.answer(ID, end(number)).map(there -> there.message());
  }

  private List<String> path(int number) {
    try (SessionLook look = server.sessions.look(ID)) {
      return look.path(node(number)).messages().stream().map(Message::text).toList();
    }
  }

  @Test
  void responseRuns_fromBeforeTheUpstreamIsAsked_untilItIsRecorded() {
    try (RawClient client = ask(1, NONE, "Q1")) {
      Call call = server.upstream.next();
      assertTrue(server.turns.isRunning(node(1)));
      assertFalse(server.turns.isRunning(node(2)));
      assertEquals(note(1), stored(1).orElseThrow().element().response());
      assertTrue(stored(1).orElseThrow().element().checkpoint());
      answer(call, "A1");
      assertEquals("A1\n", client.response().restText());
    }
    assertFalse(server.turns.isRunning(node(1)));
    assertEquals("A1", stored(1).orElseThrow().text());
    assertFalse(stored(1).orElseThrow().element().checkpoint());
    assertEquals(note(1), stored(1).orElseThrow().element().response());
  }

  @Test
  void whereNoOtherServerHasTheStore_noneIsToldThatAResponseRuns() {
    turn(1, NONE, "Q1", "A1");
    List<String> asked = new CopyOnWriteArrayList<>();
    server.watchStore(asked::add, returned -> {});
    turn(2, node(1), "Q2", "A2");
    assertTrue(asked.contains("append"), asked.toString());
    assertFalse(asked.contains("lease"), asked.toString());
  }

  @Test
  void sixteenForksAtOnce_waitForNoOther_andSeeTheirParentsPath() {
    turn(1, NONE, "Q1", "A1");
    turn(2, node(1), "Q2", "A2");
    List<RawClient> clients = new ArrayList<>();
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      clients.add(ask(10 + i, node(1), "Q" + (10 + i)));
      // None of those before has been answered.
      calls.add(server.upstream.next());
      assertEquals(3, calls.get(i).request().json().path("messages").size());
    }
    for (int i = 15; i >= 0; i--) {
      answer(calls.get(i), "A" + (10 + i));
      assertEquals("A" + (10 + i) + "\n", clients.get(i).response().restText());
      clients.get(i).close();
    }
    for (int i = 0; i < 16; i++) {
      assertEquals(List.of("Q1", "A1", "Q" + (10 + i), "A" + (10 + i)), path(10 + i));
    }
    assertEquals(4 + 32, server.sessions.transcript(ID).messages().size());
  }

  @Test
  void forkOfWhatIsNotThere_isAConflict_andTheUpstreamIsNotAsked() {
    turn(1, NONE, "Q1", "A1");
    try (RawClient client = ask(2, node(9), "Q2")) {
      assertEquals(409, client.response().status());
    }
    assertFalse(server.turns.isRunning(node(2)));
    assertEquals(2, server.sessions.transcript(ID).messages().size());
  }

  @Test
  void refusedFirstQuestion_leavesNothing_andALaterOneAFailedResponse() {
    for (int i = 0; i < 2; i++) {
      try (RawClient client = ask(2, i == 0 ? NONE : node(1), "Q2")) {
        server.upstream.next().respondJson(400, "{\"error\":{\"message\":\"no\"}}");
        // Its status is that only where the stream had not begun.
        assertTrue(client.response().restText().contains("failed with 400"));
      }
      assertEquals(i == 1, stored(2).isPresent());
      if (i == 0) {
        turn(1, NONE, "Q1", "A1");
      }
    }
    assertEquals(AnswerStatus.FAILED, stored(2).orElseThrow().status());
    assertEquals(note(2), stored(2).orElseThrow().element().response());
    assertFalse(stored(2).orElseThrow().element().checkpoint());
    assertFalse(server.turns.isRunning(node(2)));
    turn(3, NONE, "Q3", "A3");
    assertEquals(List.of("Q1", "A1", "Q3", "A3"), path(3));
  }

  @Test
  void streamThatBreaksOffBeforeAWord_leavesAFailedResponse() {
    try (RawClient client = ask(1, NONE, "Q1")) {
      Call call = server.upstream.next();
      call.beginSse();
      call.cut();
      assertTrue(client.response().restText().contains("failed"));
    }
    assertEquals(AnswerStatus.FAILED, stored(1).orElseThrow().status());
    assertEquals(note(1), stored(1).orElseThrow().element().response());
    assertFalse(stored(1).orElseThrow().element().checkpoint());
    assertFalse(server.turns.isRunning(node(1)));
  }
}
