package dev.helix.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.BodyBudget;
import dev.helix.http.InvalidRequestException;
import dev.helix.http.RequestBody;
import dev.helix.message.Message;
import dev.helix.openai.chat.ChatServer;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import dev.helix.session.HistoryMode;
import dev.helix.session.SessionManager;
import dev.helix.session.TurnRequest;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another endpoint on the same engine: a question and its answer as plain text. */
class SecondFormTest {
  @TempDir Path folder;
  private ChatServer server;
  private final BlockingQueue<WeakReference<TurnCall>> calls = new LinkedBlockingQueue<>();

  /** {@code POST /plain/<conversation>} with a question as its body. */
  private final class PlainTextServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private final transient Turns turns;
    private final transient SessionManager sessions;
    private final transient BodyBudget budget;

    PlainTextServlet(ChatServer server) {
      this.turns = server.turns;
      this.sessions = server.sessions;
      this.budget = server.budget;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      RequestBody body = RequestBody.read(request, 1024, budget);
      boolean stream = request.getParameter("stream") != null;
      Message question = Message.of("user", new String(body.bytes(), UTF_8));
      TurnCall call =
          new TurnCall(
              sessions.getOrCreateSession(null, request.getPathInfo().substring(1)),
              TurnRequest.of(List.of(question), HistoryMode.STORED),
              true,
              stream,
              1,
              Map.of(),
              body,
              (history, system) -> completion(stream, history, question));
      calls.add(new WeakReference<>(call));
      try {
        turns.begin(call, new PlainTextForm(), request, response);
      } catch (InvalidRequestException e) {
        throw new ServletException(e);
      }
    }

    private static byte[] completion(boolean stream, List<Message> history, Message question) {
      StringBuilder messages = new StringBuilder();
      history.forEach(each -> messages.append(new String(each.wireJson(), UTF_8)).append(','));
      messages.append(new String(question.wireJson(), UTF_8));
      return ("{\"model\":\"m\",\"stream\":" + stream + ",\"messages\":[" + messages + "]}")
          .getBytes(UTF_8);
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = new ChatServer(folder, Duration.ofSeconds(30));
    server.add(new PlainTextServlet(server), "/plain/*");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private RawClient post(String path, String question) {
    RawClient client = RawClient.connect(server.url());
    client.request("POST", path, question.getBytes(UTF_8), "Content-Type", "text/plain");
    return client;
  }

  @Test
  void chunksBecomePlainText_andTheAnswerIsRecorded() {
    try (RawClient client = post("/plain/c?stream=1", "Well?")) {
      Call call = server.upstream.next();
      call.beginSse();
      for (String word : List.of("One ", "two ", "three")) {
        call.sse(Completions.delta(word));
      }
      call.sse(Completions.finish("stop"));
      call.sse(Completions.DONE);
      call.end();
      RawResponse response = client.response();
      assertEquals(200, response.status());
      assertEquals("One two three\n", response.restText());
    }
    assertEquals(List.of("user:Well?", "assistant:One two three (completed)"), server.stored("c"));
  }

  @Test
  void anAnswerInOnePiece_andWhatItFollows() {
    for (String answer : List.of("First", "Second")) {
      try (RawClient client = post("/plain/c", "Say " + answer)) {
        Call call = server.upstream.next();
        if (answer.equals("Second")) {
          assertEquals(3, call.request().json().path("messages").size());
        }
        call.respondJson(200, Completions.completion(answer));
        assertEquals(answer + "\n", client.response().restText());
      }
    }
  }

  @Test
  void anAnswerThatComes_holdsNothingOfItsRequest_alsoOfOneThatHadToWait() throws Exception {
    try (RawClient first = post("/plain/c?stream=1", "One?")) {
      Call one = server.upstream.next();
      try (RawClient second = post("/plain/c?stream=1", "Two?")) {
        one.beginSse();
        Completions.chunks("One.").forEach(one::sse);
        one.end();
        assertEquals("One.\n", first.response().restText());
        Call two = server.upstream.next();
        two.beginSse();
        two.sse(Completions.delta("Two"));
        RawResponse response = second.response();
        assertEquals("Two", new String(response.some(), UTF_8));
        for (int i = 0; i < 2; i++) {
          assertCollected(calls.take());
        }
        two.sse(Completions.finish("stop"));
        two.sse(Completions.DONE);
        two.end();
        assertEquals("\n", response.restText());
      }
    }
  }

  private static void assertCollected(WeakReference<?> object) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (object.get() != null) {
      assertTrue(System.nanoTime() < deadline, "it is still held");
      System.gc();
      Thread.onSpinWait();
    }
  }

  @Test
  void aFailureIsToldInTheForm() {
    try (RawClient client = post("/plain/c?stream=1", "Well?")) {
      Call call = server.upstream.next();
      call.respondJson(500, "{\"error\":{\"message\":\"no\"}}");
      RawResponse response = client.response();
      assertEquals(500, response.status());
      assertEquals("\nfailed with 500\n", response.restText());
    }
    assertEquals(List.of(), server.sessions.list(1));
  }
}
