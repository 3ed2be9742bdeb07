package dev.helix.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The WAR as it is, dropped into the servers as they are. */
class DeploymentIT {
  /** Lines that begin with it are the JVM's own, about the server's native library. */
  private static final Pattern COMPLAINT =
      Pattern.compile("^(?!WARNING: ).*\\b(SEVERE|WARN|WARNING|ERROR)\\b");

  @TempDir Path sessions;

  @Test
  void tomcat_deploysTheWar_andStops_withoutAComplaint() throws Exception {
    try (RunningServer server = TomcatProcess.start(settings())) {
      assertDeployedAndStops(server);
    }
  }

  @Test
  void jetty_deploysTheWar_andStops_withoutAComplaint() throws Exception {
    try (RunningServer server = JettyProcess.start(settings())) {
      assertDeployedAndStops(server);
    }
  }

  private Map<String, String> settings() {
    return Map.of("HELIX_SESSIONS_DIR", sessions.toString());
  }

  private static void assertDeployedAndStops(RunningServer server) throws Exception {
    HttpResponse<String> answer = get(URI.create(server.url() + "/WEB-INF/web.xml"));
    assertEquals(404, answer.statusCode(), answer.body());
    assertTrue(
        ProcessHandle.of(server.pid()).orElseThrow().info().command().orElse("").endsWith("java"),
        "the process id is the server's own");
    server.terminate().get();
    List<String> complaints =
        server.output().lines().filter(line -> COMPLAINT.matcher(line).find()).toList();
    assertEquals(List.of(), complaints, server.output());
  }

  private static HttpResponse<String> get(URI uri) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
