package dev.helix.session;

import static dev.helix.session.SessionFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Folders that the original wrote, with the faults they have. */
class OriginalsFolderTest extends PlacingTest {
  private static final String TASK =
      "### Task:\\nSuggest questions.\\n### Chat History:\\n<chat_history>\\nUSER: Q1\\n</chat_history>";

  @BeforeEach
  void write() throws IOException {
    sessions.close();
    Path folder = directory.resolve("conv-c");
    Files.createDirectories(folder.resolve("context"));
    Files.writeString(
        folder.resolve("status.json"),
        "{\"session_id\":\"conv-c\",\"status\":\"discussing\",\"step\":\"what\","
            + "\"created_at\":\"2025-12-10T10:11:12.345678\","
            + "\"updated_at\":\"2025-12-10T10:12:13.456789\",\"original_request\":\""
            + TASK
            + "\",\"project_name\":null,\"conversation_id\":\"c\"}");
    Files.writeString(
        folder.resolve("context/messages.json"),
        "[\n  {\"role\": \"user\", \"content\": \""
            + TASK
            + "\"},\n  {\"role\": \"assistant\", \"content\": \"{\\\"follow_ups\\\":[]}\"}\n]");
    sessions.restart();
  }

  @Test
  void taskPromptInPlaceOfTheConversation_isKept_andTheConversationGoesOnBesideIt() {
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    sessions.restart();
    assertEquals(
        List.of("* Q1 < root", "a1 A1 < *", "u2 Q2 < a1", "a2 A2 < u2"), named().subList(2, 6));
    assertEquals(List.of("Q1", "A1", "Q2", "A2"), path());
    SessionState state = sessions.session("c");
    assertEquals("Q1", state.originalRequest());
    assertEquals(
        LocalDateTime.parse("2025-12-10T10:11:12.345678")
            .atZone(ZoneId.systemDefault())
            .toInstant(),
        state.createdAt());
  }

  @Test
  void taskPrompt_isNotSentAsHistory_norTakenForTheRequest() {
    OpenTurn turn = sessions.storedTurn("c", "A1", "user: Q1");
    assertEquals(List.of(), turn.history());
    assertEquals(List.of("Q1", "A1"), path());
    assertEquals(List.of("Q1", "A1"), texts(sessions.storedTurn("c", "A2", "user: Q2").history()));
    assertEquals("Q1", sessions.session("c").originalRequest());
  }

  @Test
  void conversationThatTheOriginalDidKeep_goesOn() throws Exception {
    sessions.close();
    Files.writeString(
        directory.resolve("conv-c/context/messages.json"),
        "[{\"role\":\"user\",\"content\":\"Q1\"},{\"role\":\"assistant\",\"content\":\"A1\"}]");
    sessions.restart();
    turn(ids("u2", "a1", "a2"), "A2", "user: Q1", "assistant: A1", "user: Q2");
    turn(ids("u1", null, "a1b"), "A1b", "user: Q1");
    assertEquals(
        List.of(
            "element-0 Q1 < root",
            "element-1 A1 < element-0",
            "u2 Q2 < element-1",
            "a2 A2 < u2",
            "a1b A1b < element-0"),
        named());
  }
}
