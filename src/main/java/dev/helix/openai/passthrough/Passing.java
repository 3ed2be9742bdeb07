package dev.helix.openai.passthrough;

import dev.helix.backend.PassingBackend;
import dev.helix.http.BodyBudget;
import dev.helix.turn.TurnSettings;
import dev.helix.turn.Turns;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What requests need to be passed on, in the servlet context under the name of this class.
 * Immutable; everything in it stays its maker's to close.
 *
 * @param backend takes the requests; null where the one that answers chats takes no others
 * @param turns knows when the application stops
 * @param budget where the bodies are counted
 * @param forwarding where bytes are handed on; some servers hold threads up there
 */
public record Passing(
    PassingBackend backend,
    Turns turns,
    BodyBudget budget,
    Executor forwarding,
    ScheduledExecutorService timers) {

  TurnSettings settings() {
    return turns.settings();
  }
}
