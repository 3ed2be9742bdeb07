package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.appserver.AppServerProcess;
import dev.helix.appserver.AppServers;
import dev.helix.appserver.Deployment;
import dev.helix.scripted.RawClient;
import dev.helix.scripted.RawResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example {@code filter-in-jax-rs} on an app server that brings JAX-RS and a Jackson. */
@Tag("appserver")
@Tag("wildfly")
class FilterInJaxRsIT {
  private static final Path WAR =
      Path.of("target", "it", "filter-in-jax-rs", "target", "filter-in-jax-rs.war");

  @Test
  void resourceClass_findsTheSession_andRecordsTurns_alsoAfterARestart(@TempDir Path folder) {
    Deployment deployment =
        Deployment.of(
            "filter-in-jax-rs",
            WAR.toAbsolutePath(),
            Map.of("HELIX_SESSIONS_DIR", folder.resolve("sessions").toString()));
    try (AppServerProcess server = AppServerProcess.start(AppServers.WILDFLY, deployment)) {
      assertEquals("We begin.", ask(server, "Where is Rome?"));
      server.terminate().orTimeout(60, TimeUnit.SECONDS).join();
    }
    try (AppServerProcess server = AppServerProcess.start(AppServers.WILDFLY, deployment)) {
      assertEquals("You began with: Where is Rome?", ask(server, "And Milan?"));
    }
  }

  private static String ask(AppServerProcess server, String question) {
    try (RawClient client = RawClient.connect(server.url())) {
      client.request(
          "POST",
          "/api/ask",
          question.getBytes(StandardCharsets.UTF_8),
          "Content-Type",
          "text/plain",
          "X-Conversation-ID",
          "trip");
      RawResponse response = client.response();
      String text = response.restText();
      assertEquals(200, response.status(), text);
      assertEquals("conv-trip", response.header("X-Session-ID"));
      return text;
    }
  }
}
