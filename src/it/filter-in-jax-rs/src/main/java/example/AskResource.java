package example;

import dev.helix.transcript.Answer;
import dev.helix.message.AnswerStatus;
import dev.helix.session.HistoryMode;
import dev.helix.message.Message;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Answers a question with the first one of its conversation, and records both. */
@Path("ask")
public class AskResource {
  @POST
  @Consumes(MediaType.TEXT_PLAIN)
  @Produces("text/plain;charset=UTF-8")
  public String ask(@Context HttpServletRequest request, String question) {
    SessionState session = (SessionState) request.getAttribute(SessionState.class.getName());
    SessionManager sessions = (SessionManager) request.getAttribute(SessionManager.class.getName());
    if (session == null) {
      throw new BadRequestException("no conversation is named");
    }
    OpenTurn turn =
        sessions.beginTurn(session, List.of(Message.of("user", question)), HistoryMode.STORED);
    List<Message> history = turn.history();
    String text = history.isEmpty() ? "We begin." : "You began with: " + history.get(0).text();
    sessions.completeTurn(
        turn,
        List.of(
            new Answer(Message.of("assistant", text), "example", "stop", AnswerStatus.COMPLETED)));
    return text;
  }
}
