package dev.helix.model;

import dev.helix.message.AnswerStatus;
import dev.helix.message.Message;
import dev.helix.session.HistoryMode;
import dev.helix.session.OpenTurn;
import dev.helix.session.SentHistory;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionState;
import dev.helix.session.SteppingClock;
import dev.helix.session.TurnRequest;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.Answer;
import dev.helix.transcript.MessageIds;
import dev.helix.transcript.Transcript;
import java.util.List;

/** Calls the session manager as the endpoint would. A task is no turn, so it calls nothing. */
final class DirectLine implements Line {
  private static final String ID = "550e8400-e29b-41d4-a716-446655440000";

  private final MemorySessionStore store = new MemorySessionStore();
  private final SteppingClock clock = new SteppingClock();
  private SessionManager manager = new SessionManager(store, clock);

  @Override
  public Call send(MessageIds ids, List<Said> messages) {
    TurnRequest request =
        new TurnRequest(
            messages.stream().map(Said::toMessage).toList(),
            HistoryMode.CLIENT,
            SentHistory.ALL,
            ids);
    OpenTurn turn = manager.beginTurn(session(), request);
    return answers -> manager.completeTurn(afterCheckpoint(turn, answers), answers);
  }

  /** Of about every other answer a half was recorded before it ended. */
  private OpenTurn afterCheckpoint(OpenTurn turn, List<Answer> answers) {
    String text = answers.isEmpty() ? "" : answers.get(0).message().text();
    int half = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
    if (half == 0 || text.length() % 2 == 0) {
      return turn;
    }
    Message soFar = Message.of("assistant", text.substring(0, half));
    return manager.checkpoint(turn, List.of(new Answer(soFar, "m", null, AnswerStatus.CANCELLED)));
  }

  @Override
  public void task(MessageIds ids, String prompt, String name) {
    // The endpoint answers it without the session.
  }

  @Override
  public void restart() {
    manager = new SessionManager(store, clock);
  }

  @Override
  public Transcript transcript() {
    return manager.transcript(session().sessionId());
  }

  private SessionState session() {
    return manager.getOrCreateSession(null, ID);
  }
}
