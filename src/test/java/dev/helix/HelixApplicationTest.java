package dev.helix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.config.InvalidSettingsException;
import dev.helix.filter.ConversationFilter;
import dev.helix.openai.chat.ChatCompletionsServlet;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletContextAttributeListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The application put together in a real container, without a port. */
class HelixApplicationTest {
  @TempDir Path folder;

  private static ServletContextHandler application(
      Map<String, String> contextParams, Map<String, String> initParams) {
    ServletContextHandler context = new ServletContextHandler();
    contextParams.forEach(context::setInitParameter);
    context.addEventListener(new HelixApplication());
    FilterHolder filter = new FilterHolder(ConversationFilter.class);
    filter.setAsyncSupported(true);
    initParams.forEach(filter::setInitParameter);
    context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    ServletHolder chat = new ServletHolder(ChatCompletionsServlet.class);
    chat.setInitOrder(1);
    context.addServlet(chat, "/v1/chat/completions");
    return context;
  }

  private static long ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && thread.getName().startsWith("helix-"))
        .count();
  }

  @Test
  void wrongSettings_stopTheApplication_withOneMessageThatNamesThemAllAndNoSecret() {
    Server server = new Server();
    server.setHandler(
        application(
            Map.of(
                "helix.sessions.dir", folder.toString(),
                "helix.upstream.url", "ftp://x",
                "helix.upstream.key", "geheim geheim",
                "helix.upstream.headers", "X-Trace, X-OpenWebUI-User-Id",
                "helix.api.keys.file", folder.resolve("absent").toString(),
                "helix.openwebui.jwt.secret", "geheim",
                "helix.trust.user.headers", "maybe",
                "helix.timeout.idle", "soon",
                "helix.store", "tape"),
            Map.of("helix.history.mode", "some")));
    InvalidSettingsException failure = assertThrows(InvalidSettingsException.class, server::start);
    for (String key :
        new String[] {
          "helix.upstream.url",
          "helix.upstream.key",
          "helix.upstream.headers",
          "helix.timeout.idle",
          "helix.api.keys.file",
          "helix.openwebui.jwt.secret",
          "helix.trust.user.headers",
          "helix.history.mode"
        }) {
      assertTrue(failure.getMessage().contains(key), failure.getMessage());
    }
    assertTrue(
        failure
            .getMessage()
            .contains("helix.store = tape (context-param): must be one of files, jdbc, redis"),
        failure.getMessage());
    assertFalse(failure.getMessage().contains("geheim"), failure.getMessage());
    assertFalse(Files.exists(folder.resolve(".lock")), "nothing was opened");
  }

  @Test
  void storesOwnWrongSettings_areNamedWithTheOthers_andShowNoSecret() throws Exception {
    Server server = new Server();
    server.setHandler(
        application(
            Map.of(
                "helix.store", "jdbc",
                "helix.jdbc.url", "postgresql://ann:geheim@localhost/helix",
                "helix.jdbc.pool.size", "many",
                "helix.timeout.idle", "soon"),
            Map.of()));
    String message = assertThrows(InvalidSettingsException.class, server::start).getMessage();
    for (String told :
        new String[] {
          "helix.jdbc.url = (set) (context-param): must be a JDBC URL",
          "helix.jdbc.pool.size = (set) (context-param): must be a number from 1 to 999",
          "helix.timeout.idle = soon (context-param): must be a duration"
        }) {
      assertTrue(message.contains(told), message);
    }
    assertFalse(message.contains("geheim"), message);
  }

  @Test
  void anInitParam_winsOverAContextParam_forTheWholeApplication() throws Exception {
    Path chosen = folder.resolve("chosen");
    ServletContextHandler context =
        application(
            Map.of("helix.sessions.dir", folder.resolve("other").toString()),
            Map.of("helix.sessions.dir", chosen.toString()));
    Server server = new Server();
    server.setHandler(context);
    server.start();
    try {
      assertEquals(
          chosen.toString(), context.getServletContext().getAttribute("dev.helix.sessions.dir"));
      assertTrue(Files.exists(chosen));
      assertFalse(Files.exists(folder.resolve("other")));
    } finally {
      server.stop();
    }
  }

  @Test
  void aClassThatIsMissing_leavesNoThreadAndNoLockInTheServer() throws Exception {
    long before = ownThreads();
    Map<String, String> settings =
        Map.of("helix.sessions.dir", folder.toString(), "helix.upstream.url", "http://127.0.0.1:9");
    ServletContextHandler broken = application(settings, Map.of());
    broken.addEventListener(
        new ServletContextAttributeListener() {
          @Override
          public void attributeAdded(ServletContextAttributeEvent event) {
            throw new NoClassDefFoundError("no/such/Class");
          }
        });
    Server server = new Server();
    server.setHandler(broken);
    assertThrows(NoClassDefFoundError.class, server::start);
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("helix-")) {
        thread.join(5_000);
      }
    }
    assertEquals(before, ownThreads());

    Server next = new Server();
    next.setHandler(application(settings, Map.of()));
    next.start();
    next.stop();
  }

  @ParameterizedTest
  @CsvSource({
    "helix.upstream.url, helix.upstream.key",
    "helix.upstream.a.url, helix.upstream.b.url"
  })
  void stopping_endsEveryThread_andFreesTheFolderForTheNext(String one, String other)
      throws Exception {
    long before = ownThreads();
    for (int i = 0; i < 2; i++) {
      ServletContextHandler context =
          application(
              Map.of(
                  "helix.sessions.dir",
                  folder.toString(),
                  one,
                  "http://127.0.0.1:9/v1",
                  other,
                  "http://127.0.0.1:9/v1"),
              Map.of());
      Server server = new Server();
      server.setHandler(context);
      server.start();
      assertNotNull(context.getServletContext().getAttribute("dev.helix.drain"));
      assertTrue(ownThreads() > before);
      server.stop();
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().startsWith("helix-")) {
          thread.join(5_000);
        }
      }
      assertEquals(before, ownThreads());
    }
  }
}
