package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jetty.ee10.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application beside helix-sessions.war in one server that has JAX-RS. */
class SharedSessionsIT {
  private final HttpClient client = HttpClient.newHttpClient();
  private final ContextHandlerCollection applications = new ContextHandlerCollection();
  @TempDir Path folder;
  private Server server;
  private ServerConnector connector;

  private void start(Map<String, String> settings) throws Exception {
    server = new Server();
    connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    applications.addHandler(application("helix-sessions", settings));
    applications.addHandler(application("filter-in-jax-rs", settings));
    server.setHandler(applications);
    server.start();
  }

  private static WebAppContext application(String name, Map<String, String> settings) {
    WebAppContext application = new WebAppContext("target/" + name + ".war", "/" + name);
    application.addConfiguration(new AnnotationConfiguration());
    application.setThrowUnavailableOnStartupException(true);
    settings.forEach(application::setInitParameter);
    return application;
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  private String post(String path, String type, String body) throws Exception {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + connector.getLocalPort() + path))
                .header("Content-Type", type)
                .header("X-Conversation-ID", "trip")
                .header("X-Conversation-History", "stored")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    assertEquals("conv-trip", response.headers().firstValue("X-Session-ID").orElse(null));
    return response.body();
  }

  @Test
  void twoApplicationsOfOneDatabase_findTheSameSession() throws Exception {
    System.setProperty("h2.bindAddress", "127.0.0.1");
    org.h2.tools.Server database =
        org.h2.tools.Server.createTcpServer(
                "-tcpPort", "0", "-ifNotExists", "-baseDir", folder.toString())
            .start();
    try {
      start(
          Map.of(
              "helix.store",
              "jdbc",
              "helix.jdbc.url",
              "jdbc:h2:tcp://127.0.0.1:" + database.getPort() + "/./sessions"));
      String asked = "{\"messages\":[{\"role\":\"user\",\"content\":\"Where is Rome?\"}]}";
      post("/helix-sessions/v1/chat/completions", "application/json", asked);
      assertEquals(
          "You began with: Where is Rome?",
          post("/filter-in-jax-rs/api/ask", "text/plain", "And Milan?"));
      String again = asked.replace("Where is Rome?", "And Turin?");
      String answer = post("/helix-sessions/v1/chat/completions", "application/json", again);
      assertTrue(answer.contains("turn 3 of session conv-trip"), answer);
      assertTrue(answer.contains("Before this you said “And Milan?”"), answer);
    } finally {
      server.stop();
      database.stop();
    }
  }

  @Test
  void twoApplicationsOfOneFolder_areRefused_withAMessageThatSaysWhy() {
    Exception refused =
        assertThrows(
            Exception.class, () -> start(Map.of("helix.sessions.dir", folder.toString())));
    assertTrue(
        refused
            .getMessage()
            .contains(
                "another server uses the sessions directory " + folder + "; each needs its own"),
        refused.toString());
  }
}
