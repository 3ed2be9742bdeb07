package dev.helix.openai.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.filter.ResponseId;
import dev.helix.message.Message;
import dev.helix.scripted.Completions;
import dev.helix.scripted.RawClient;
import dev.helix.session.HistoryMode;
import dev.helix.session.ResponseNote;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.TurnRequest;
import dev.helix.transcript.MessageIds;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of several owners may call their answers by the same name. */
class NamedAnswersTest {
  private static final String NAME = "m1";

  @TempDir Path folder;

  /** Leaves a response as a server does that is killed; its id. */
  private static String interrupted(SessionManager sessions) {
    SessionState session = sessions.getOrCreateSession(null, "other");
    String node = ResponseNote.newNode();
    String id = ResponseId.of(session, node).value();
    String note = "{'id':'%s','node':'%s','created_at':1,'asked':{}}".formatted(id, node);
    sessions.beginTurn(
        session,
        new TurnRequest(
                List.of(Message.of("user", "Hello")),
                HistoryMode.CLIENT,
                SentHistory.ALL,
                new MessageIds("q1", null, NAME))
            .responding(new ResponseNote(node, note.replace('\'', '"'), false)));
    return id;
  }

  @Test
  void interruptedResponse_isOver_thoughOneOfItsNameRunsElsewhere() throws Exception {
    try (ResponsesService service = new ResponsesService(folder)) {
      String id = interrupted(service.chat.sessions);
      String[] names = {
        "X-Conversation-ID", "mine",
        "X-OpenWebUI-User-Message-Id", "q1",
        "X-OpenWebUI-Message-Id", NAME
      };
      try (RawClient client = service.post("", "{'model':'m','input':'Hi'}", names)) {
        var call = service.call();
        assertEquals("failed", service.get("/" + id).path("status").asText());
        call.respondJson(200, Completions.completion("Hi"));
        assertEquals(200, ResponsesService.whole(client).status());
      }
    }
  }
}
