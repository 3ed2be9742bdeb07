package dev.helix.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.MovedClock;
import dev.helix.session.OpenTurn;
import dev.helix.session.Owner;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStatus;
import dev.helix.session.SessionStore;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A store and a folder for its archive, which any number of servers share. */
final class ArchiveFixture {
  static final Duration DAY = Duration.ofDays(1);

  final MovedClock clock = new MovedClock("2026-01-05T12:00:00Z");
  final SessionStore store = new MemorySessionStore(clock);
  final Path folder;

  ArchiveFixture(Path folder) {
    this.folder = folder;
  }

  SessionManager server() {
    return server(store);
  }

  SessionManager server(SessionStore its) {
    return new SessionManager(new Archive(folder, clock).before(its), clock);
  }

  ArchivingStore archiving(SessionStore its) {
    return new ArchivingStore(its, new Archive(folder, clock), clock);
  }

  /** A whole turn in stored mode. */
  static SessionId turn(SessionManager server, String conversation, String question) {
    OpenTurn turn =
        server.beginTurn(
            server.getOrCreateSession(null, conversation),
            List.of(Message.of("user", question)),
            HistoryMode.STORED);
    Answer answer =
        new Answer(Message.of("assistant", "re " + question), "m", "stop", AnswerStatus.COMPLETED);
    return server.completeTurn(turn, List.of(answer)).sessionId();
  }

  static List<String> texts(SessionManager server, SessionId id) {
    return server.transcript(id).messages().stream().map(Message::text).toList();
  }

  /** What was said in a session that is brought back from the archive. */
  static List<String> back(SessionManager server, SessionId id) {
    SessionState unused = server.updateState(id, state -> state);
    return texts(server, id);
  }

  /** Makes a session of files, and its time of last use now. */
  SessionId session(String name, String path, String content) throws IOException {
    SessionId id = new SessionId(name);
    SessionState state =
        SessionState.fresh(id, name, Owner.ANONYMOUS, clock.instant())
            .withStatus(SessionStatus.DISCUSSING);
    String status = new String(state.toJson(), UTF_8).replaceFirst("\\{", "{\"theirs\": 1.00,");
    store.restore(
        id,
        visitor -> {
          visitor.file("status.json", status.getBytes(UTF_8));
          visitor.file(
              "context/messages.json",
              "[\n{\"id\":\"1\",\"role\":\"user\",\"content\":\"Hällo\"}\n]".getBytes(UTF_8));
          visitor.file(path, content.getBytes(UTF_8));
          visitor.end();
        });
    return id;
  }

  /** The names in the folder, hidden ones too. */
  List<String> names() throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  boolean isStored(SessionId id) {
    return store.find(id).isPresent() || !store.read(id, LogVersion.NONE).elements().isEmpty();
  }
}
