package dev.helix.session;

import static dev.helix.session.SessionFixture.answer;
import static dev.helix.session.SessionFixture.messages;
import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.transcript.LogVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that may be a program's own prompt: recorded, and any other turn goes before them. */
class AsideTest {
  @TempDir Path folder;
  private SessionFixture fixture;

  @BeforeEach
  void start() {
    fixture = new SessionFixture(folder);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private void aside(String prompt, String title, AnswerStatus status) {
    TurnRequest request =
        TurnRequest.of(messages("user: " + prompt), HistoryMode.CLIENT).asAside(true);
    OpenTurn turn = fixture.manager().beginTurn(fixture.session("c"), request);
    fixture.manager().completeTurn(turn, List.of(answer(title, status)));
  }

  private void aside(String prompt, String title) {
    aside(prompt, title, AnswerStatus.COMPLETED);
  }

  /** What the next turn with stored history is sent, warm and read anew. */
  private void assertPath(String... path) {
    assertEquals(List.of(path), texts(fixture.transcript("c").currentPath()));
    OpenTurn warm = fixture.begin("c", HistoryMode.STORED, "user: next");
    assertEquals(List.of(path), texts(warm.history()));
    fixture.restart();
    OpenTurn cold = fixture.begin("c", HistoryMode.STORED, "user: next");
    assertEquals(List.of(path), texts(cold.history()));
  }

  private void assertRequest(String request, boolean provisional) throws Exception {
    SessionState state = fixture.session("c");
    assertEquals(request, state.originalRequest());
    assertEquals(provisional, state.provisional());
    assertEquals(
        "# User Request\n\n" + request,
        Files.readString(folder.resolve("conv-c").resolve("input/request.md")));
  }

  @Test
  void asideAlone_isTheRequestAndThePath_untilATurnComes() throws Exception {
    aside("Name it.", "Far");
    assertRequest("Name it.", true);
    assertEquals(List.of("Name it.", "Far"), texts(fixture.transcript("c").currentPath()));

    fixture.turn("c", "12 km", "user: How far is it?");
    assertRequest("How far is it?", false);
    assertPath("How far is it?", "12 km");
  }

  @Test
  void asideAfterATurn_changesNeither_howeverManyThereAre() throws Exception {
    fixture.turn("c", "12 km", "user: How far is it?");
    aside("Name it.", "Far");
    aside("Name it.", "Further");
    aside("Tag it.", "distance");
    assertRequest("How far is it?", false);
    assertPath("How far is it?", "12 km");
    assertTrue(fixture.tree("c").contains("Further < Name it."));
  }

  @Test
  void asideThatIsGoneOnWith_isAPartOfTheTurn() throws Exception {
    aside("How far is it?", "12 km");
    fixture.turn("c", "The same", "user: How far is it?", "assistant: 12 km", "user: And back?");
    assertRequest("How far is it?", true);
    assertPath("How far is it?", "12 km", "And back?", "The same");
  }

  @Test
  void asideThatIsGoneOnWith_isTheRequest_andItsStateIsNotWrittenAgain() throws Exception {
    aside("How far is it?", "12 km");
    Path status = folder.resolve("conv-c").resolve("status.json");
    Object first = Files.getAttribute(status, "unix:ino");
    fixture.turn("c", "The same", "user: How far is it?", "assistant: 12 km", "user: And back?");
    assertEquals(first, Files.getAttribute(status, "unix:ino"));
    fixture.turn("c", "By train", "user: And back?", "assistant: The same", "user: How?");
    assertEquals(first, Files.getAttribute(status, "unix:ino"));
    assertRequest("How far is it?", true);
    fixture.restart();
    fixture.turn("c", "Two hours", "user: How?", "assistant: By train", "user: How long?");
    assertRequest("How far is it?", true);
  }

  @Test
  void questionThatIsAskedAgainAsATurn_isOne() throws Exception {
    aside("How far is it?", "Far");
    fixture.turn("c", "12 km", "user: How far is it?");
    aside("Name it.", "Title");
    assertRequest("How far is it?", true);
    assertPath("How far is it?", "12 km");
  }

  @Test
  void turnThatFailed_leavesThePathToTheAside_andIsTheRequest() throws Exception {
    aside("Name it.", "Far");
    OpenTurn failed = fixture.begin("c", HistoryMode.CLIENT, "user: How far is it?");
    fixture.manager().completeTurn(failed, List.of(answer("12", AnswerStatus.FAILED)));
    assertRequest("How far is it?", false);
    assertPath("Name it.", "Far");
  }

  @Test
  void asideThatFailed_isNoEndOfAPath() {
    aside("Name it.", "Far");
    aside("Tag it.", "dist", AnswerStatus.FAILED);
    assertPath("Name it.", "Far");
  }

  @Test
  void systemMessageOfAnAside_isKept_andIsNotTheConversations() {
    for (int i = 0; i < 2; i++) {
      TurnRequest request =
          TurnRequest.of(messages("system: Name chats.", "user: Name it."), HistoryMode.CLIENT)
              .asAside(true);
      OpenTurn turn = fixture.manager().beginTurn(fixture.session("c"), request);
      fixture.manager().completeTurn(turn, List.of(answer("Far", AnswerStatus.COMPLETED)));
    }
    assertNull(fixture.begin("c", HistoryMode.STORED, "user: next").system());
    fixture.turn("c", "12 km", "system: Be kind.", "user: How far is it?");
    aside("Tag it.", "dist");
    assertEquals("Be kind.", fixture.begin("c", HistoryMode.STORED, "user: n").system().text());
    fixture.restart();
    assertEquals("Be kind.", fixture.begin("c", HistoryMode.STORED, "user: n").system().text());
    assertEquals(
        2,
        fixture.store().read(fixture.session("c").sessionId(), LogVersion.NONE).elements().stream()
            .filter(Message::isSystem)
            .count());
  }

  @Test
  void mark_isInTheTranscript_onTheAnswerAlone() throws Exception {
    aside("Name it.", "Far");
    String stored = Files.readString(folder.resolve("conv-c").resolve("context/messages.json"));
    assertEquals(1, stored.lines().filter(line -> line.contains("\"aside\":true")).count());
    assertTrue(stored.lines().anyMatch(line -> line.contains("Far") && line.contains("aside")));
    assertFalse(stored.lines().anyMatch(line -> line.contains("Name") && line.contains("aside")));
  }
}
