package dev.helix.packaging;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.appserver.ServerProcess;
import dev.helix.scripted.RawClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line of the WAR, and what a run leaves behind. */
class LauncherIT {
  @TempDir Path folder;
  @TempDir Path temporary;

  @Test
  void start_printsUrl_sessions_andOneCommandToTry() throws Exception {
    try (WarProcess server = start(ProbeWar.guided(folder), "--context", "/chat")) {
      String url = server.url().toString();
      assertTrue(url.matches("http://127\\.0\\.0\\.1:\\d+/chat"), url);
      server.terminate().get();
      assertEquals(
          "helix-sessions is ready at %s\n".formatted(url)
              + "Sessions are kept in /where/sessions/are\n"
              + "Try: curl %s/v1/chat/completions".formatted(url)
              + " -H 'Content-Type: application/json' -H 'X-Conversation-ID: demo'"
              + " -d '{\"model\":\"probe-model\","
              + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'\n",
          server.standardOutput());
    }
  }

  @Test
  void builtWar_startsAndStops_withoutAWarning() throws Exception {
    Path sessions = folder.resolve("sessions");
    try (WarProcess server = start(Built.war(), "--sessions", sessions.toString())) {
      assertEquals(143, server.terminate().get());
      assertFalse(server.standardError().contains("WARN"), server.standardError());
      assertFalse(server.standardError().contains("SEVERE"), server.standardError());
    }
  }

  @Test
  void whatCallersSend_isNotInTheLog() throws Exception {
    try (WarProcess server = start(Built.war(), "--sessions", folder.resolve("s").toString())) {
      for (String host :
          List.of(
              "Host: [evil",
              "Host: evil:99999",
              "Host: e vil",
              "Host: a\r\nHost: evil",
              "Host: ")) {
        for (String line : List.of("GET / HTTP/1.1", "GET http://[evil/ HTTP/1.1")) {
          try (RawClient client = RawClient.connect(server.url())) {
            client.send((line + "\r\n" + host + "\r\n\r\n").getBytes(ISO_8859_1));
            assertTrue(client.response().status() >= 400);
          }
        }
      }
      assertEquals(143, server.terminate().get());
      assertFalse(server.standardError().contains("WARN"), server.standardError());
      assertFalse(server.standardError().contains("evil"), server.standardError());
    }
  }

  @Test
  void help_goesToStandardOutput_withStatusZero() {
    ServerProcess help = run("--help");
    assertEquals(0, help.awaitExit());
    assertTrue(help.standardOutput().startsWith("Usage: java -jar helix-sessions.war"));
    assertEquals("", help.standardError());
  }

  @Test
  void version_isOneLine_withStatusZero() {
    ServerProcess version = run("--version");
    assertEquals(0, version.awaitExit());
    assertTrue(
        version.standardOutput().matches("helix-sessions \\d+\\.\\d+\\.\\d+\\S*\n"),
        version.output());
  }

  @Test
  void unknownOption_showsUsageOnStandardError_withStatusTwo() {
    ServerProcess run = run("--prot", "8080");
    assertEquals(2, run.awaitExit());
    assertTrue(run.standardError().startsWith("unknown option: --prot\nUsage: "), run.output());
    assertEquals("", run.standardOutput());
  }

  @Test
  void portInUse_isOneLine_withStatusOne_andLeavesNothing() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ServerProcess run = run("--port", String.valueOf(taken.getLocalPort()));
      assertEquals(1, run.awaitExit());
      assertEquals(
          "Cannot listen on port %d of 127.0.0.1: Address already in use\n"
              .formatted(taken.getLocalPort()),
          run.output());
    }
    assertEquals(List.of(), runFolders());
  }

  @Test
  void applicationThatDoesNotStart_isToldInOneBlock_withStatusOne_andLeavesNothing()
      throws Exception {
    ServerProcess run = run(ProbeWar.broken(folder), "--port", "0");
    assertEquals(1, run.awaitExit());
    assertEquals(
        """
        helix-sessions does not start:
          helix.a is wrong
          helix.b is wrong
          java.lang.IllegalArgumentException: the reason
        """,
        run.output());
    assertEquals(List.of(), runFolders());
  }

  @Test
  void sigterm_removesTheTemporaryFolder() throws Exception {
    try (WarProcess server = start(ProbeWar.guided(folder))) {
      assertEquals(1, runFolders().size());
      assertEquals(143, server.terminate().get());
      assertEquals(List.of(), runFolders());
    }
  }

  @Test
  void folderOfAKilledRun_isSweptByTheNext_butNotThatOfANeighbour() throws Exception {
    Path war = ProbeWar.guided(folder);
    try (WarProcess neighbour = start(war)) {
      List<Path> living = runFolders();
      try (WarProcess victim = start(war)) {
        victim.kill();
      }
      assertEquals(2, runFolders().size(), "a killed run cannot tidy up");
      try (WarProcess next = start(war)) {
        List<Path> now = runFolders();
        assertEquals(2, now.size(), now.toString());
        assertTrue(now.containsAll(living), "the neighbour's is in use");
        assertTrue(next.pid() != neighbour.pid());
      }
    }
    assertEquals(List.of(), runFolders());
  }

  private WarProcess start(Path war, String... options) {
    return WarProcess.start(war, Map.of(), jvmOptions(), options);
  }

  private ServerProcess run(String... options) {
    return run(Built.war(), options);
  }

  private ServerProcess run(Path war, String... options) {
    return WarProcess.run(war, Map.of(), jvmOptions(), List.of(options));
  }

  private List<String> jvmOptions() {
    return List.of("-Djava.io.tmpdir=" + temporary);
  }

  private List<Path> runFolders() throws Exception {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.filter(file -> file.getFileName().toString().startsWith("helix-")).toList();
    }
  }
}
