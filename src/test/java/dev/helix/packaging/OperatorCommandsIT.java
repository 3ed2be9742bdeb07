package dev.helix.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.appserver.ServerProcess;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.transcript.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's commands as the built WAR runs them. */
class OperatorCommandsIT {
  @TempDir Path folder;
  @TempDir Path temporary;

  private SessionManager open() {
    String directory = folder.resolve("sessions").toString();
    return new SessionManager(
        SessionStore.open("files", Map.of("helix.sessions.dir", directory)::get),
        Clock.systemUTC());
  }

  private void say(SessionManager manager) {
    manager.completeTurn(
        manager.beginTurn(
            manager.getOrCreateSession(null, "trip"),
            List.of(Message.of("user", "Hello there")),
            HistoryMode.CLIENT),
        List.of(new Answer(Message.of("assistant", "Hi."), "m", "stop", AnswerStatus.COMPLETED)));
  }

  private ServerProcess run(Map<String, String> environment, String input, String... arguments)
      throws Exception {
    ServerProcess process =
        WarProcess.run(
            Built.war(), environment, List.of("-Djava.io.tmpdir=" + temporary), List.of(arguments));
    process.send(input);
    process.awaitExit();
    try (Stream<Path> left = Files.list(temporary)) {
      List<Path> folders =
          left.filter(path -> path.getFileName().toString().startsWith("helix-")).toList();
      assertEquals(List.of(), folders, "nothing is left behind");
    }
    return process;
  }

  private ServerProcess onSessions(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--sessions", folder.resolve("sessions").toString()));
    return run(Map.of(), "", all.toArray(String[]::new));
  }

  @Test
  void hashKey_printsOneLine() throws Exception {
    ServerProcess hashed =
        run(Map.of(), "k7Qm2xVr9TzLw4Yb8NcHd3\n", "hash-key", "acme", "--service");
    assertEquals(0, hashed.awaitExit(), hashed.output());
    assertEquals(
        "acme:69b59295502190269642c876621b898e4e5ae247f8cc6ff2873130f2d2e75595:service\n",
        hashed.output());
    ServerProcess empty = run(Map.of(), "", "hash-key", "acme");
    assertEquals(2, empty.awaitExit());
    assertTrue(empty.standardError().contains("Usage: "), empty.output());
  }

  @Test
  void listAndShow_workBesideARunningServer_whileTheOthersDoNot() throws Exception {
    try (SessionManager server = open()) {
      say(server);
      ServerProcess list = onSessions("list");
      assertEquals(0, list.awaitExit(), list.output());
      assertTrue(list.output().matches("conv-trip\t\\S+\t-\ttrip\tHello there\n"), list.output());
      ServerProcess show = onSessions("show", "conv-trip");
      assertEquals(0, show.awaitExit(), show.output());
      assertTrue(show.output().endsWith("\nuser: Hello there\n\nassistant: Hi.\n"), show.output());
      for (ServerProcess other :
          List.of(
              onSessions("delete", "conv-trip"), onSessions("adopt", "--owner", "acme", "--all"))) {
        assertEquals(1, other.awaitExit());
        assertTrue(other.output().contains("stopped first"), other.output());
      }
    }
  }

  @Test
  void adoptAndDelete_changeTheStore_thatTheEnvironmentNames() throws Exception {
    try (SessionManager server = open()) {
      say(server);
    }
    Map<String, String> environment =
        Map.of("HELIX_SESSIONS_DIR", folder.resolve("sessions").toString());
    ServerProcess adopt = run(environment, "", "adopt", "--owner", "acme:ann", "conv-trip");
    assertEquals(0, adopt.awaitExit(), adopt.output());
    assertEquals("adopted conv-trip for acme:ann\n", adopt.output());
    try (SessionManager server = open()) {
      assertEquals(
          "conv-trip",
          server.getOrCreateSession(new Owner("acme", "ann"), null, "trip").sessionId().value());
    }
    ServerProcess delete = run(environment, "", "delete", "conv-trip");
    assertEquals("deleted conv-trip\n", delete.output());
    assertEquals(0, delete.awaitExit());
    assertEquals(1, run(environment, "", "delete", "conv-trip").awaitExit());
  }

  @Test
  void copy_makesAnEqualStore_andSaysHowFarItWas() throws Exception {
    try (SessionManager server = open()) {
      say(server);
    }
    String from = "files:" + folder.resolve("sessions");
    String to = "files:" + folder.resolve("copy");
    ServerProcess copy = run(Map.of(), "", "copy", "--from", from, "--to", to);
    assertEquals(0, copy.awaitExit(), copy.output());
    List<String> said = copy.output().lines().toList();
    assertTrue(said.contains("copied 1, there already 0, different 0, failed 0"), copy.output());
    String digest = " 1 sessions, SHA-256 [0-9a-f]{64}";
    assertEquals(
        1,
        said.stream()
            .filter(line -> line.matches("(source|target):" + digest))
            .map(line -> line.substring(line.indexOf(':')))
            .distinct()
            .count(),
        copy.output());
    // The time of last use in status.json may lag behind what the transcript tells.
    for (String file : List.of("context/messages.json", "input/request.md")) {
      assertEquals(
          Files.readString(folder.resolve("sessions/conv-trip").resolve(file)),
          Files.readString(folder.resolve("copy/conv-trip").resolve(file)),
          file);
    }
    ServerProcess again = run(Map.of(), "", "copy", "--from", from, "--to", to);
    assertEquals(0, again.awaitExit(), again.output());
    assertTrue(again.output().contains("copied 0, there already 1,"), again.output());
    ServerProcess wrong = run(Map.of(), "", "copy", "--from", from);
    assertEquals(2, wrong.awaitExit());
    assertTrue(wrong.standardError().contains("Usage: "), wrong.output());
  }

  @Test
  void backupBesideAServer_isRestored_intoANewFolder() throws Exception {
    Path zip = folder.resolve("backup.zip");
    try (SessionManager server = open()) {
      say(server);
      ServerProcess backup = onSessions("backup", zip.toString());
      assertEquals(0, backup.awaitExit(), backup.output());
      assertTrue(backup.output().contains("sessions: new 1, changed 0,"), backup.output());
    }
    String restored = folder.resolve("restored").toString();
    ServerProcess restore = run(Map.of("HELIX_SESSIONS_DIR", restored), "", "restore", zip + "");
    assertEquals(0, restore.awaitExit(), restore.output());
    assertTrue(restore.output().contains("restored 1, there already 0,"), restore.output());
    assertEquals(
        Files.readString(folder.resolve("sessions/conv-trip/context/messages.json")),
        Files.readString(folder.resolve("restored/conv-trip/context/messages.json")));
  }
}
