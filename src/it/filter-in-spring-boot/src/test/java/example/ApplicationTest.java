package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The application with its own server. */
class ApplicationTest {
  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir Path sessions;

  /** Else Tomcat makes a folder of its own, which stays. */
  @TempDir Path server;

  private ConfigurableApplicationContext application;

  @BeforeEach
  void start() {
    application =
        SpringApplication.run(
            Application.class,
            "--server.port=0",
            "--server.tomcat.basedir=" + server,
            "--example.sessions=" + sessions);
  }

  @AfterEach
  void stop() {
    application.close();
  }

  private HttpResponse<String> ask(String question, String... headers) throws Exception {
    String port = application.getEnvironment().getProperty("local.server.port");
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/ask"))
            .header("Content-Type", "application/json")
            .headers(headers)
            .POST(
                BodyPublishers.ofString(
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"" + question + "\"}]}"))
            .build(),
        BodyHandlers.ofString());
  }

  private String messages(String session) throws Exception {
    return Files.readString(sessions.resolve(session).resolve("context/messages.json"));
  }

  @Test
  void conversation_goesOn_alsoAfterARestart() throws Exception {
    HttpResponse<String> first = ask("Where is Rome?", "X-Conversation-ID", "trip");
    assertEquals("{\"session\":\"conv-trip\",\"text\":\"We begin.\"}", first.body());
    assertEquals("conv-trip", first.headers().firstValue("X-Session-ID").orElseThrow());
    stop();
    start();
    assertEquals(
        "{\"session\":\"conv-trip\",\"text\":\"You began with: Where is Rome?\"}",
        ask("And Milan?", "X-Conversation-ID", "trip").body());
    assertTrue(messages("conv-trip").contains("\"And Milan?\""));
  }

  @Test
  void requestWithoutAName_isKnownByItsFirstMessage_andItsBodyIsStillThere() throws Exception {
    HttpResponse<String> reply = ask("Hello there", "Accept", "application/json");
    String session = reply.headers().firstValue("X-Session-ID").orElseThrow();
    assertTrue(session.startsWith("hello-there-"), session);
    assertEquals("{\"session\":\"" + session + "\",\"text\":\"We begin.\"}", reply.body());
    assertTrue(messages(session).contains("\"Hello there\""));
  }

  @Test
  void jackson_isOfOneVersion_theOneThatSpringBootNames() {
    assertEquals(
        new JsonFactory().version().toString(), new ObjectMapper().version().toString());
  }
}
