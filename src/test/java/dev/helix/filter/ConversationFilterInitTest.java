package dev.helix.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.BodyBudget;
import dev.helix.session.SessionException;
import dev.helix.session.SessionManager;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversationFilterInitTest {
  private static final String MANAGER = SessionManager.class.getName();
  private static final String BUDGET = BodyBudget.class.getName();

  @TempDir Path sessions;
  @TempDir Path others;
  private final BlockingQueue<Object> managers = new LinkedBlockingQueue<>();

  private void record(HttpServletRequest request, HttpServletResponse response) {
    managers.add(request.getAttribute(MANAGER));
  }

  @Test
  void managerOfTheApplication_isUsed_andLeftOpen() throws Exception {
    try (SessionManager shared = TestSessions.open(sessions)) {
      try (TestServer server =
          new TestServer()
              .attribute(MANAGER, shared)
              .filter(new ConversationFilter(), "/*")
              .endpoint("/*", this::record)
              .start()) {
        RawHttp.Response response =
            server.send(RawHttp.get("/").header("X-Conversation-ID", "trip"));

        assertEquals("conv-trip", response.header("X-Session-ID"));
        assertSame(shared, managers.remove());
        assertInstanceOf(BodyBudget.class, server.attribute(BUDGET));
      }
      assertEquals("conv-trip", shared.getOrCreateSession(null, "trip").sessionId().value());
    }
  }

  @Test
  void filterWithAFolderOfItsOwn_opensAndClosesItsStore_besideTheApplications() throws Exception {
    try (SessionManager shared = TestSessions.open(sessions);
        TestServer server =
            new TestServer()
                .attribute(MANAGER, shared)
                .filter(new ConversationFilter(), "/shared/*")
                .filter(
                    new ConversationFilter(),
                    "/own/*",
                    Map.of(
                        "helix.sessions.dir",
                        others.toString(),
                        "helix.conversation.headers",
                        "X-Chat-Id"))
                .endpoint("/*", this::record)
                .start()) {
      assertEquals(
          "conv-a",
          server.send(RawHttp.get("/own/").header("X-Chat-Id", "a")).header("X-Session-ID"));
      assertNotSame(shared, managers.remove());
      server.send(RawHttp.get("/shared/").header("X-Conversation-ID", "a"));
      assertSame(shared, managers.remove());
      assertSame(shared, server.attribute(MANAGER));
    }
    // The folder is free again.
    TestSessions.open(others).close();
  }

  @Test
  void withoutAManagerInTheApplication_theFirstFilterOpensOneForAll() throws Exception {
    try (TestServer server =
        new TestServer()
            .contextParam("helix.sessions.dir", sessions.toString())
            .filter(new ConversationFilter(), "/a/*")
            .filter(
                new ConversationFilter(),
                "/b/*",
                Map.of("helix.conversation.fallback", "none", "helix.sesions.dir", "/typo"))
            .endpoint("/*", this::record)
            .start()) {
      server.send(RawHttp.get("/a/").header("X-Conversation-ID", "a"));
      server.send(RawHttp.get("/b/").header("X-Conversation-ID", "a"));

      Object manager = managers.remove();
      assertInstanceOf(SessionManager.class, manager);
      assertSame(manager, managers.remove());
      assertSame(manager, server.attribute(MANAGER));
    }
    TestSessions.open(sessions).close();
  }

  @Test
  void filtersOfOneFolder_shareItsStore_andTheLastOneClosesIt() throws Exception {
    ConversationFilter first = new ConversationFilter();
    TestServer server =
        new TestServer()
            .filter(first, "/a/*", Map.of("helix.sessions.dir", sessions.toString()))
            .filter(
                new ConversationFilter(),
                "/b/*",
                Map.of(
                    "helix.sessions.dir", sessions + "/",
                    "helix.store", "files",
                    "helix.conversation.headers", "X-Chat-Id"))
            .endpoint("/*", this::record)
            .start();
    try (server) {
      server.send(RawHttp.get("/a/").header("X-Conversation-ID", "a"));
      first.destroy();
      RawHttp.Response response = server.send(RawHttp.get("/b/").header("X-Chat-Id", "a"));

      assertEquals("conv-a", response.header("X-Session-ID"));
      assertSame(managers.remove(), managers.remove());
      assertNull(server.attribute(MANAGER), "it was chosen by init-params");
      assertThrows(SessionException.class, () -> TestSessions.open(sessions));
    }
    TestSessions.open(sessions).close();
  }

  @Test
  void filterThatOpenedTheApplicationsManager_mayEndBeforeTheOthers() throws Exception {
    ConversationFilter first = new ConversationFilter();
    try (TestServer server =
        new TestServer()
            .contextParam("helix.sessions.dir", sessions.toString())
            .filter(first, "/a/*")
            .filter(new ConversationFilter(), "/b/*")
            .endpoint("/*", this::record)
            .start()) {
      first.destroy();
      assertEquals(
          "conv-a",
          server.send(RawHttp.get("/b/").header("X-Conversation-ID", "a")).header("X-Session-ID"));
      assertSame(managers.remove(), server.attribute(MANAGER));
    }
    TestSessions.open(sessions).close();
  }

  @Test
  void oneInitParamOfADatabase_isEnoughToChooseAnotherStore() throws Exception {
    String url = "jdbc:h2:" + others.resolve("sessions");
    try (TestServer server =
        new TestServer()
            .contextParam("helix.store", "jdbc")
            .contextParam("helix.jdbc.url", "jdbc:h2:" + sessions.resolve("sessions"))
            .filter(new ConversationFilter(), "/a/*")
            .filter(new ConversationFilter(), "/b/*", Map.of("helix.jdbc.url", url))
            .endpoint("/*", this::record)
            .start()) {
      server.send(RawHttp.get("/a/").header("X-Conversation-ID", "a"));
      server.send(RawHttp.get("/b/").header("X-Conversation-ID", "a"));
      assertNotSame(managers.remove(), managers.remove());
    }
  }

  @Test
  void settingsThatCannotBeUsed_stopTheStart_allNamedAtOnce() {
    TestServer server =
        new TestServer()
            .filter(
                new ConversationFilter(),
                "/*",
                Map.of(
                    "helix.conversation.fallback", "guess",
                    "helix.request.max.bytes", "many",
                    "helix.sessions.dir", others.toString()));

    ServletException error = assertThrows(ServletException.class, server::start);

    assertTrue(error.getMessage().contains("2 settings cannot be used"), error.getMessage());
    assertTrue(error.getMessage().contains("helix.conversation.fallback = guess (init-param)"));
    assertTrue(error.getMessage().contains("helix.request.max.bytes = many (init-param)"));
    assertNull(server.attribute(MANAGER));
  }

  @Test
  void storeThatDoesNotExist_stopsTheStart() {
    TestServer server =
        new TestServer().filter(new ConversationFilter(), "/*", Map.of("helix.store", "papyrus"));

    ServletException error = assertThrows(ServletException.class, server::start);

    assertTrue(error.getMessage().contains("papyrus"), error.getMessage());
  }
}
