package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.helix.filter.FilterSettings.Fallback;
import dev.helix.http.BodyBudget;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two filters with other headers and another store before one endpoint. */
class TwoFiltersTest {
  private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hallo\"}]}";

  /** What the endpoint behind them saw of one request. */
  private record Seen(String id, SessionState session, Object manager, String body) {}

  private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
  private final BodyBudget budget = new BodyBudget(1 << 20);
  @TempDir Path outerFolder;
  @TempDir Path innerFolder;
  private SessionManager outer;
  private SessionManager inner;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    outer = TestSessions.open(outerFolder);
    inner = TestSessions.open(innerFolder);
    server =
        new TestServer()
            .filter(filter(outer, "X-Outer", Fallback.FIRST_MESSAGE), "/*")
            .filter(filter(inner, "X-Inner", Fallback.NONE), "/*")
            .endpoint("/*", this::record)
            .start();
  }

  private ConversationFilter filter(SessionManager manager, String header, Fallback fallback) {
    return new ConversationFilter(
        manager, new FilterSettings(List.of(header), fallback, 1 << 20, 1 << 20), budget);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    outer.close();
    inner.close();
  }

  private void record(HttpServletRequest request, HttpServletResponse response) throws IOException {
    seen.add(
        new Seen(
            Conversation.of(request).id(),
            (SessionState) request.getAttribute(SessionState.class.getName()),
            request.getAttribute(SessionManager.class.getName()),
            new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
  }

  private static RawHttp.Request post() {
    return RawHttp.post("/").json(CHAT);
  }

  @Test
  void namedForBoth_theLastOnesSessionHolds_andTheBodyIsWhole() throws Exception {
    server.send(post().header("X-Outer", "a").header("X-Inner", "b"));
    Seen request = seen.remove();
    assertEquals("b", request.id());
    assertEquals("conv-b", request.session().sessionId().value());
    assertSame(inner, request.manager());
    assertEquals(CHAT, request.body());
  }

  @Test
  void namedForTheFirstAlone_itsSessionIsNotGivenWithTheOthersManager() throws Exception {
    server.send(post().header("X-Outer", "a"));
    Seen request = seen.remove();
    assertNull(request.id());
    assertNull(request.session());
    assertSame(inner, request.manager());
    assertEquals(CHAT, request.body());
  }

  @Test
  void namedForTheLastAlone_theFirstReadsTheBody_andItIsStillWhole() throws Exception {
    server.send(post().header("X-Inner", "b"));
    Seen request = seen.remove();
    assertEquals("conv-b", request.session().sessionId().value());
    assertEquals(CHAT, request.body());
  }
}
