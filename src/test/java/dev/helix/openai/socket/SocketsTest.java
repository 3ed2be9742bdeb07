package dev.helix.openai.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.blackbox.WholeApplication;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.SocketClient;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WebSockets of the whole application, on a real server. */
class SocketsTest {
  @TempDir Path folder;
  private WholeApplication application;

  @BeforeEach
  void start() throws Exception {
    application = new WholeApplication(folder.resolve("sessions"), Map.of());
  }

  @AfterEach
  void stop() throws Exception {
    application.close();
  }

  @Test
  void x() {
    try (SocketClient client = SocketClient.connect(application.url())) {
      client.ask("One");
      Call call = application.upstream().next();
      call.beginSse();
      Completions.chunks("First").forEach(call::sse);
      call.end();
      assertEquals("response.completed", client.last().path("type").asText());
    }
  }
}
