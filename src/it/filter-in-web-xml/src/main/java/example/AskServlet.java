package example;

import dev.helix.transcript.Answer;
import dev.helix.message.AnswerStatus;
import dev.helix.session.HistoryMode;
import dev.helix.message.Message;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/** Answers a question with the first one of its conversation, and records both. */
public final class AskServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    SessionState session = (SessionState) request.getAttribute(SessionState.class.getName());
    SessionManager sessions = (SessionManager) request.getAttribute(SessionManager.class.getName());
    if (session == null) {
      response.sendError(HttpServletResponse.SC_BAD_REQUEST, "no conversation is named");
      return;
    }
    Message question = Message.of("user", request.getParameter("question"));
    OpenTurn turn = sessions.beginTurn(session, List.of(question), HistoryMode.STORED);
    String text = answer(turn.history());
    sessions.completeTurn(
        turn,
        List.of(
            new Answer(Message.of("assistant", text), "example", "stop", AnswerStatus.COMPLETED)));
    response.setContentType("text/plain;charset=UTF-8");
    response.getWriter().write(text);
  }

  private static String answer(List<Message> history) {
    return history.isEmpty() ? "We begin." : "You began with: " + history.get(0).text();
  }
}
