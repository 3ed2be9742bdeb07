package dev.helix.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.helix.filter.ConversationFilter;
import dev.helix.filter.FilterSettings;
import dev.helix.filter.FilterSettings.Fallback;
import dev.helix.filter.RawHttp;
import dev.helix.filter.TestServer;
import dev.helix.filter.TestSessions;
import dev.helix.session.SessionManager;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A body that another filter has begun to read, and one after which something fails. All other ways
 * are in {@code src/it/filter-among-others}.
 */
class OtherFiltersTest {
  private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hallo\"}]}";

  @TempDir Path sessions;
  private final BodyBudget budget = new BodyBudget(5000);
  private final BlockingQueue<Long> usedAfter = new LinkedBlockingQueue<>();
  private SessionManager manager;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    manager = TestSessions.open(sessions);
    FilterSettings settings =
        new FilterSettings(List.of("X-Conversation-ID"), Fallback.FIRST_MESSAGE, 3000, 5000);
    server =
        new TestServer()
            .filter(this::before, "/*")
            .filter(new ConversationFilter(manager, settings, budget), "/*")
            .endpoint("/text", (in, out) -> out.setHeader("X-Read", in.getReader().readLine()))
            .endpoint("/refuse", (in, out) -> out.setStatus(422))
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    manager.close();
  }

  private void before(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getParameter("take") != null) {
      assertEquals("{", String.valueOf((char) request.getReader().read()));
    }
    chain.doFilter(request, response);
    usedAfter.add(budget.usedBytes());
  }

  @Test
  void bodyThatIsReadAsText_isLeftAlone_andTheHeadersTellTheSession() throws Exception {
    RawHttp.Response named =
        server.send(RawHttp.post("/text?take=1").header("X-Conversation-ID", "trip").json(CHAT));
    assertEquals(200, named.status());
    assertEquals("conv-trip", named.header("X-Session-ID"));
    assertEquals(CHAT.substring(1), named.header("X-Read"));

    RawHttp.Response unnamed = server.send(RawHttp.post("/text?take=1").json(CHAT));
    assertEquals(200, unnamed.status());
    assertNull(unnamed.header("X-Session-ID"));
    assertEquals(CHAT.substring(1), unnamed.header("X-Read"));
  }

  @Test
  void bodyThatAnErrorPageMightRead_isInNoBudget() throws Exception {
    assertEquals(422, server.send(RawHttp.post("/refuse").json(CHAT)).status());
    assertEquals(0, usedAfter.poll(20, TimeUnit.SECONDS));
  }
}
