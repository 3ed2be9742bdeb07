package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Sessions that begin with a long message: the state has its beginning, the folder all of it. */
class LongRequestTest extends PlacingTest {
  private static final String LONG = "Read this: " + "word ".repeat(200_000) + "end";

  private Path file(String name) {
    return directory.resolve("conv-c").resolve(name);
  }

  @Test
  void longFirstMessage_isWholeInRequestMd_andBoundedInTheState() throws IOException {
    turn(ids("u1", null, "a1"), "A1", "system: S", "user: " + LONG);
    assertEquals("# User Request\n\n" + LONG, Files.readString(file("input/request.md")));
    assertTrue(Files.size(file("status.json")) < 2500);
    assertEquals(2000, sessions.session("c").originalRequest().length());
    sessions.restart();
    assertTrue(sessions.session("c").isOfRequest(LONG));
  }

  @Test
  void longMessageThatBecomesTheRequestLater_isWholeInRequestMd() throws IOException {
    sessions.begin("c", HistoryMode.STORED, "{\"role\":\"tool\",\"content\":\"R\"}");
    sessions.begin("c", HistoryMode.STORED, "user: " + LONG);
    assertEquals("# User Request\n\n" + LONG, Files.readString(file("input/request.md")));
    assertTrue(Files.size(file("status.json")) < 2500);
  }

  @Test
  void folderWhoseStateHasALongRequest_goesOn_andIsBoundedByTheNextChange() throws IOException {
    twoTurns();
    sessions.close();
    String json = Files.readString(file("status.json"));
    Files.writeString(file("status.json"), json.replace("\"Q1\"", "\"" + LONG + "\""));
    Files.delete(file("input/request.md"));
    sessions.restart();
    turn(ids("u3", "a2", "a3"), "A3", "user: Q3");
    assertTrue(sessions.session("c").isOfRequest(LONG));
    SessionId id = sessions.session("c").sessionId();
    sessions.manager().updateState(id, state -> state.withStep(Step.WHY));
    assertTrue(Files.size(file("status.json")) < 2500);
    assertEquals("# User Request\n\n" + LONG, Files.readString(file("input/request.md")));
  }
}
