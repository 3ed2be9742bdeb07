package example;

import dev.helix.transcript.Answer;
import dev.helix.message.AnswerStatus;
import dev.helix.session.HistoryMode;
import dev.helix.message.Message;
import dev.helix.session.OpenTurn;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import java.util.List;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Answers a question with the first one of its conversation, and records both. */
@RestController
class AskController {
  record Said(String role, String content) {}

  record Question(List<Said> messages) {}

  record Reply(String session, String text) {}

  @PostMapping("/ask")
  Reply ask(
      @RequestAttribute("dev.helix.session.SessionState") SessionState session,
      @RequestAttribute("dev.helix.session.SessionManager") SessionManager sessions,
      @RequestBody Question question) {
    List<Message> messages =
        question.messages().stream().map(said -> Message.of(said.role(), said.content())).toList();
    // A session that was found by its first message may be shared by people who begin alike.
    HistoryMode mode =
        session.conversationId() == null ? HistoryMode.CLIENT : HistoryMode.STORED;
    OpenTurn turn = sessions.beginTurn(session, messages, mode);
    String text =
        turn.history().isEmpty()
            ? "We begin."
            : "You began with: " + turn.history().get(0).text();
    sessions.completeTurn(
        turn,
        List.of(
            new Answer(Message.of("assistant", text), "example", "stop", AnswerStatus.COMPLETED)));
    return new Reply(turn.session().sessionId().value(), text);
  }
}
