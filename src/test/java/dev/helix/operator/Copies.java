package dev.helix.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.Owner;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Sessions to copy, and the command that does it. */
final class Copies {
  static final Owner ANN = new Owner("acme", "ann");

  private Copies() {}

  /** What the command said, and its exit status. */
  record Said(int status, String out, String err) {
    String line(String start) {
      return out.lines().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
    }

    String digest(String of) {
      return line(of).replaceFirst(".*SHA-256 ", "");
    }
  }

  static Said run(String... arguments) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        new Operator(
                List.of(arguments),
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8))
            .call();
    return new Said(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  static SessionStore store(Path folder) {
    return SessionStore.open("files", Map.of("helix.sessions.dir", folder.toString())::get);
  }

  static SessionState say(SessionManager manager, Owner owner, String id, String text) {
    return manager.completeTurn(
        manager.beginTurn(
            manager.getOrCreateSession(owner, null, id),
            List.of(Message.of("user", text)),
            HistoryMode.CLIENT),
        List.of(new Answer(Message.of("assistant", "re"), "m", "stop", AnswerStatus.COMPLETED)));
  }

  /** Sessions of every kind. */
  static void fill(Path folder) throws IOException {
    try (SessionManager manager = new SessionManager(store(folder), Clock.systemUTC())) {
      SessionState session = say(manager, Owner.ANONYMOUS, "trip", "Grüße 🦊");
      manager.saveContext(session.sessionId(), "why", "because");
      say(manager, ANN, "trip", "mine");
      for (int i = 0; i < 20; i++) {
        say(manager, Owner.ANONYMOUS, "n" + i, "number " + i);
      }
    }
    Path trip = folder.resolve("conv-trip");
    Files.createDirectories(trip.resolve("output/söme where"));
    Files.write(trip.resolve("output/söme where/x.bin"), new byte[] {0, 13, 10, -1});
    Path original = Files.createDirectories(folder.resolve("conv-original/context"));
    Files.writeString(
        original.resolveSibling("status.json"),
        "{\"session_id\":\"conv-original\",\"created_at\":\"2024-01-01T10:00:00.5\","
            + "\"conversation_id\":\"original\",\"theirs\":{\"b\":1.00,\"a\":[null]}}");
    Files.writeString(
        original.resolve("messages.json"),
        "[\n  {\"role\": \"user\",\n   \"content\": \"\\u00fc\", \"x\": 1.00}\n]");
  }
}
