package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application, run by itself. */
class EchoBackendIT {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  @TempDir static Path sessions;
  private static Process server;
  private static String url;

  @BeforeAll
  static void start() throws Exception {
    server =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-jar",
                    "target/own-chat-backend.war",
                    "--port",
                    "0",
                    "--sessions",
                    sessions.toString()))
            .redirectError(Path.of("target/server.log").toFile())
            .start();
    BufferedReader output = server.inputReader(StandardCharsets.UTF_8);
    String ready = output.readLine();
    assertTrue(ready != null && ready.contains(" is ready at "), "see target/server.log");
    url = ready.substring(ready.indexOf("http://"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.destroy();
    server.waitFor();
  }

  private static String ask(String question, boolean stream) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
            .header("Content-Type", "application/json")
            .header("X-Conversation-ID", "trip")
            .POST(
                BodyPublishers.ofString(
                    "{\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                        .formatted(stream, question)))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void answersAreTheBackends_wholeAndStreamed_andAreRecorded() throws Exception {
    assertEquals(
        "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},"
            + "\"finish_reason\":\"stop\"}]}",
        ask("Hello", false));
    assertEquals(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Ciao\"},"
            + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        ask("Ciao", true));
    String stored = Files.readString(sessions.resolve("conv-trip/context/messages.json"));
    assertTrue(stored.contains("\"role\":\"assistant\",\"content\":\"Hello\""), stored);
    assertTrue(stored.contains("\"role\":\"assistant\",\"content\":\"Ciao\""), stored);
  }

  @Test
  void modelsAreTheBackends() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/models")).build();
    assertEquals(
        "{\"data\":[{\"id\":\"echo\"}]}", CLIENT.send(request, BodyHandlers.ofString()).body());
  }

  @Test
  void itTakesLessThanSixtyLines() throws Exception {
    assertTrue(Files.readAllLines(Path.of("src/main/java/example/EchoBackend.java")).size() < 60);
  }
}
