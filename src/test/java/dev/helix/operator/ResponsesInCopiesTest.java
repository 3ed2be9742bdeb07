package dev.helix.operator;

import static dev.helix.operator.Copies.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.archive.Archive;
import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.operator.Copies.Said;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.ResponseNote;
import dev.helix.session.SessionId;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notes of responses in the archive, in backups and in copies. */
class ResponsesInCopiesTest {
  private static final SessionId ID = new SessionId("conv-c");
  private static final String FIRST =
      "{\"id\":\"resp_s0000000000000001\" , \"asked\":{\"n\":1.0e1,\"n\":\"\\u00e9 ü\"}}";
  private static final String SECOND = FIRST.replace("1\" ,", "2\",");

  @TempDir Path folder;

  private SessionManager open(String name) {
    Archive archive = new Archive(folder.resolve(name).resolve("_archive"), Clock.systemUTC());
    return new SessionManager(
        archive.before(Copies.store(folder.resolve(name))), Clock.systemUTC());
  }

  private static OpenTurn begin(SessionManager sessions, int number, String note) {
    return sessions.beginTurn(
        sessions.getOrCreateSession(null, "c"),
        TurnRequest.of(List.of(Message.of("user", "Q" + number)), HistoryMode.STORED)
            .responding(new ResponseNote("m-" + number, note, false)));
  }

  /** A response that is complete, and one whose server was killed. */
  private static void fill(SessionManager sessions) {
    Answer answer = new Answer(Message.of("assistant", "A1"), "m", "stop", AnswerStatus.COMPLETED);
    sessions.completeTurn(begin(sessions, 1, FIRST), List.of(answer.withNote(FIRST)));
    OpenTurn unused = begin(sessions, 2, SECOND);
  }

  private static void assertKept(SessionManager sessions) {
    Message first = sessions.answer(ID, "0000000000000001").orElseThrow().message();
    assertEquals("A1", first.text());
    assertEquals(FIRST, first.element().response());
    Message second = sessions.answer(ID, "0000000000000002").orElseThrow().message();
    assertEquals("", second.text());
    assertEquals(SECOND, second.element().response());
    assertEquals("m-2", second.id());
  }

  @Test
  void archivedSession_keepsThem_whereItIsAndWhenItComesBack() throws IOException {
    try (SessionManager sessions = open("a")) {
      fill(sessions);
    }
    try (SessionStore store = Copies.store(folder.resolve("a"))) {
      Archive archive = new Archive(folder.resolve("a").resolve("_archive"), Clock.systemUTC());
      assertTrue(
          archive.before(store).archive(ID, Clock.systemUTC().instant().plus(Duration.ofHours(1))));
    }
    try (SessionManager sessions = open("a")) {
      assertKept(sessions);
      SessionState unused = sessions.updateState(ID, state -> state);
      assertKept(sessions);
    }
  }

  @Test
  void backup_andWhatComesOutOfIt_keepThem() throws IOException {
    try (SessionManager sessions = open("a")) {
      fill(sessions);
    }
    String from = folder.resolve("a").toString();
    String to = folder.resolve("b").toString();
    String place = folder.resolve("backup").toString();
    Said made = run("backup", "--sessions", from, place);
    assertEquals(0, made.status(), made.err());
    Said restored = run("restore", "--sessions", to, place);
    assertEquals(0, restored.status(), restored.err());
    try (SessionManager sessions = open("b")) {
      assertKept(sessions);
    }
  }
}
