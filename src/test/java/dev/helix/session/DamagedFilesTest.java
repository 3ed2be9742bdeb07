package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.reliability.CountedTests;
import dev.helix.scripted.LoggedLines;
import dev.helix.store.MemoryFolder;
import dev.helix.store.files.FileSessionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One bad byte in a session's folder hides nothing but what it is in. */
@ExtendWith(CountedTests.class)
class DamagedFilesTest {
  private static final Owner BOB = new Owner("team", "bob");
  private static final List<String> SAID =
      List.of("one", "1", "two", "2", "three", "3", "four", "4");

  @TempDir(factory = MemoryFolder.class)
  Path directory;

  private SessionFixture sessions;

  @BeforeEach
  void open() {
    sessions = new SessionFixture(directory);
  }

  @AfterEach
  void close() {
    sessions.close();
  }

  private void talk(String conversation) {
    for (int i = 0; i < SAID.size(); i += 2) {
      sessions.storedTurn(conversation, SAID.get(i + 1), "user: " + SAID.get(i));
    }
  }

  private Path file(SessionState session, String path) {
    return directory.resolve(session.sessionId().value()).resolve(path);
  }

  private static List<Path> asides(Path file, String why) throws IOException {
    String stem = file.getFileName().toString().replaceFirst("\\..*", "." + why + "-");
    try (Stream<Path> all = Files.list(file.getParent())) {
      return all.filter(each -> each.getFileName().toString().startsWith(stem)).toList();
    }
  }

  private void restartOver(Path file, byte[] content) throws IOException {
    sessions.close();
    Files.write(file, content);
    sessions = new SessionFixture(directory);
  }

  private List<String> path(String conversation) {
    return SessionFixture.texts(sessions.transcript(conversation).currentPath());
  }

  @Test
  void badByteInAnyMessageButTheLast_hidesThatMessage_andTheOthersHangTogether()
      throws IOException {
    talk("a");
    Path file = file(sessions.session("a"), "context/messages.json");
    byte[] whole = Files.readAllBytes(file);
    for (int line = 0; line < SAID.size() - 1; line++) {
      List<String> others = new ArrayList<>(SAID);
      others.remove(line);
      int from = new String(whole, UTF_8).indexOf("{\"id\":\"", from(whole, line));
      int to = from(whole, line + 1) - 2;
      for (int at = from; at < to; at += 7) {
        for (int bad : new int[] {0, 0xFF}) {
          byte[] damaged = whole.clone();
          damaged[at] = (byte) bad;
          restartOver(file, damaged);
          assertEquals(others, path("a"), "line " + line + ", " + bad + " at " + (at - from));
          assertArrayEquals(damaged, Files.readAllBytes(asides(file, "damaged").get(0)));
          assertEquals(1, sessions.manager().damages());
          Files.delete(asides(file, "damaged").get(0));
        }
      }
    }
  }

  private static int from(byte[] array, int line) {
    int at = 0;
    for (int ends = 0; ends <= line; at++) {
      ends += array[at] == '\n' ? 1 : 0;
    }
    return at;
  }

  @Test
  void badByteInTheMiddle_isWarnedOfOnce_andStoredHistoryGoesOnWithAllThatIsReadable()
      throws IOException {
    talk("a");
    Path file = file(sessions.session("a"), "context/messages.json");
    byte[] damaged = Files.readAllBytes(file);
    damaged[from(damaged, 3) + 60] = 0;
    try (LoggedLines log = LoggedLines.of("dev.helix.store.files.LoadedTranscript")) {
      restartOver(file, damaged);
      OpenTurn turn = sessions.begin("a", HistoryMode.STORED, "user: five");
      assertEquals(
          List.of("one", "1", "two", "three", "3", "four", "4"),
          SessionFixture.texts(turn.history()));
      sessions.restart();
      assertEquals("five", last(sessions.transcript("a").messages()));
      assertEquals(1, log.warnings().size(), () -> "" + log.warnings());
      assertEquals(0, sessions.manager().damages());
    }
  }

  private static String last(List<Message> messages) {
    return messages.get(messages.size() - 1).text();
  }

  @Test
  void twoAnswersBelowADamagedQuestion_hangWhereItHung() throws IOException {
    sessions.turn("a", "1", "user: one");
    sessions.turn("a", "2", "user: one", "assistant: 1", "user: two");
    sessions.turn("a", "other", "user: one", "assistant: 1", "user: two");
    Path file = file(sessions.session("a"), "context/messages.json");
    byte[] damaged = Files.readAllBytes(file);
    damaged[from(damaged, 3) - 4] = 0;
    restartOver(file, damaged);
    assertEquals(List.of("one < root", "1 < one", "2 < 1", "other < 1"), sessions.tree("a"));
  }

  @Test
  void messagesWithinATornMessage_areNoMessages() throws IOException {
    talk("a");
    Path file = file(sessions.session("a"), "context/messages.json");
    String whole = Files.readString(file);
    String open = whole.substring(0, whole.lastIndexOf("\n]"));
    for (String within :
        List.of(
            "{\"role\":\"tool\",\"content\":\"of a document\"}",
            "{\"id\":\"msg_1\",\"role\":\"assistant\",\"content\":\"of another\"}")) {
      String torn =
          ",\n"
              + "{\"id\":\"t\",\"parent_id\":null,\"role\":\"assistant\",\"content\":\"5\",\"context\":"
              + "{\"messages\":["
              + within
              + "]},\"more\":\"";
      restartOver(file, (open + torn).getBytes(UTF_8));
      assertEquals(SAID, path("a"));
      assertEquals(whole, Files.readString(file), "it was a torn write");
      assertEquals(0, sessions.manager().damages());
      String damaged =
          open
              + torn
              + "\0\"},\n"
              + "{\"id\":\"u\",\"parent_id\":\"t\",\"role\":\"user\",\"content\":\"six\"}\n]\n";
      restartOver(file, damaged.getBytes(UTF_8));
      assertEquals(
          SAID.size() + 1, sessions.transcript("a").messages().size(), "six, and nothing within");
    }
  }

  @Test
  void damagedEndOfALine_hidesNoMessage() throws IOException {
    talk("a");
    Path file = file(sessions.session("a"), "context/messages.json");
    byte[] whole = Files.readAllBytes(file);
    for (int line = 0; line < SAID.size() - 1; line++) {
      for (int back : new int[] {1, 2}) {
        byte[] damaged = whole.clone();
        damaged[from(whole, line + 1) - back] = 0; // The comma, or the end of the line.
        restartOver(file, damaged);
        assertEquals(SAID, path("a"), "line " + line + ", " + back);
      }
    }
  }

  /** As the original writes it, or a person who has it laid out. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"assistant\",\"content\":\"1\"},"
            + "{\"role\":\"user\",\"content\":\"tw!\"},{\"role\":\"assistant\",\"content\":\"2\"}]",
        "[\n  {\n    \"role\": \"user\",\n    \"content\": \"one\"\n  },\n  {\n    \"role\":"
            + " \"assistant\",\n    \"content\": \"1\"\n  },\n  {\n    \"role\": \"user\",\n"
            + "    \"content\": \"tw!\",\n    \"x\": [{\"type\": \"y\"}, {}]\n  },\n  {\n"
            + "    \"role\": \"assistant\",\n    \"content\": \"2\"\n  }\n]"
      })
  void fileOfAnotherLayout_losesOnlyTheDamagedMessage(String json) throws IOException {
    talk("a");
    Path file = file(sessions.session("a"), "context/messages.json");
    for (String bad : List.of("\0", "\"", "\n")) {
      restartOver(file, json.replace("!", bad).getBytes(UTF_8));
      assertEquals(
          List.of("one", "1", "2"), SessionFixture.texts(sessions.transcript("a").messages()));
      assertEquals(List.of("one", "1", "2"), path("a"));
    }
  }

  static Stream<byte[]> unreadable() {
    return Stream.of(
        new byte[0],
        new byte[300],
        "[]".getBytes(UTF_8),
        "{\"session_id\": \"co".getBytes(UTF_8),
        "{\"conversation_id\": \"x\", \"owner\": {\"tenant\": 5}}".getBytes(UTF_8));
  }

  @Test
  void damagedStatus_isMadeAnewOfItsCopy_andTheSessionIsItsOwnersAndNobodyElses()
      throws IOException {
    for (byte[] bad : unreadable().toList()) {
      SessionState session =
          sessions.manager().getOrCreateSession(BOB, null, "Über/uns " + bad.length);
      OpenTurn turn =
          sessions
              .manager()
              .beginTurn(session, SessionFixture.messages("user: one"), HistoryMode.STORED);
      sessions
          .manager()
          .completeTurn(turn, List.of(SessionFixture.answer("1", AnswerStatus.COMPLETED)));
      sessions
          .manager()
          .updateState(
              session.sessionId(), state -> state.withProjectName("ours").withStep(Step.WHY));
      SessionState before = sessions.manager().find(session.sessionId()).orElseThrow();
      Path status = file(session, "status.json");
      try (LoggedLines log = LoggedLines.of("dev.helix.store.files.SessionFolder")) {
        restartOver(status, bad);
        assertEquals(before, seenBesideTheServer(session.sessionId()));
        SessionState found =
            sessions.manager().getOrCreateSession(BOB, null, session.conversationId());
        assertEquals(before, found);
        assertEquals(
            List.of("one", "1"),
            SessionFixture.texts(sessions.manager().transcript(found.sessionId()).currentPath()));
        assertEquals(1, log.warnings().size());
        assertEquals(1, sessions.manager().damages());
      }
      assertArrayEquals(bad, Files.readAllBytes(asides(status, "unreadable").get(0)));
      for (Owner other : List.of(Owner.ANONYMOUS, new Owner("team", "eve"))) {
        SessionState others =
            sessions.manager().getOrCreateSession(other, null, session.conversationId());
        assertEquals(SessionStatus.NEW, others.status());
      }
      sessions.restart();
      assertEquals(before, sessions.manager().find(session.sessionId()).orElseThrow());
      assertEquals(0, sessions.manager().damages());
    }
  }

  private SessionState seenBesideTheServer(SessionId id) {
    return FileSessionStore.openToRead(directory).find(id).orElseThrow();
  }

  @Test
  void damagedStatusOfAnAdoptedSession_isItsOwnersStill() throws IOException {
    talk("a");
    SessionState session = sessions.session("a");
    assertEquals(BOB, sessions.manager().adopt(session.sessionId(), BOB).owner());
    restartOver(file(session, "status.json"), new byte[0]);
    assertEquals(
        session.sessionId(), sessions.manager().getOrCreateSession(BOB, null, "a").sessionId());
    assertEquals(SessionStatus.NEW, sessions.session("a").status());
  }

  /** As an earlier version made it, without a copy of the status. */
  @Test
  void damagedStatusWithoutACopy_isMadeOfTheTranscript_whereTheNameTellsWhoseItIs()
      throws IOException {
    Map<String, Optional<String>> conversations =
        Map.of(
            "a", Optional.of("a"),
            "550e8400-e29b-41d4-a716-446655440000",
                Optional.of("550e8400-e29b-41d4-a716-446655440000"),
            "a/b", Optional.empty(),
            "b-c14cddc033f64b9d", Optional.empty());
    for (Map.Entry<String, Optional<String>> each : conversations.entrySet()) {
      talk(each.getKey());
      SessionState session = sessions.session(each.getKey());
      Files.deleteIfExists(file(session, "input/.status.json"));
      restartOver(file(session, "status.json"), new byte[0]);
      Optional<SessionState> found = sessions.manager().find(session.sessionId());
      assertEquals(each.getValue(), found.map(SessionState::conversationId));
      if (found.isPresent()) {
        assertEquals("one", found.get().originalRequest());
        assertEquals(session.updatedAt(), found.get().updatedAt());
        assertEquals(SAID, path(each.getKey()));
      }
    }
  }

  @Test
  void damagedStatusOfASessionNamedByItsFirstMessage_isMadeOfTheTranscript() throws IOException {
    SessionState session = sessions.manager().getOrCreateSession("Hallo", null);
    OpenTurn turn =
        sessions
            .manager()
            .beginTurn(session, SessionFixture.messages("user: Hallo"), HistoryMode.CLIENT);
    sessions
        .manager()
        .completeTurn(turn, List.of(SessionFixture.answer("Hello", AnswerStatus.COMPLETED)));
    Files.deleteIfExists(file(session, "input/.status.json"));
    restartOver(file(session, "status.json"), new byte[0]);
    SessionState found = sessions.manager().getOrCreateSession("Hallo", null);
    assertEquals(session.sessionId(), found.sessionId());
    assertEquals(SessionStatus.DISCUSSING, found.status());
    assertEquals("Hallo", found.originalRequest());
  }

  @Test
  void damageInTheListOfSessionsThatWereNotForced_isNoReasonNotToStart() throws IOException {
    talk("a");
    sessions.close();
    Path unfinished = Files.createDirectories(directory.resolve(".unfinished"));
    Files.write(unfinished.resolve("made"), new byte[] {(byte) 0xFF, 0, '\n', 'c'});
    sessions = new SessionFixture(directory);
    assertEquals(SAID, path("a"));
  }
}
