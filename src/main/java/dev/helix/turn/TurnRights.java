package dev.helix.turn;

import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What a turn holds in the store while it runs, as far as it needs any. Immutable; what it names is
 * safe for use by many threads.
 *
 * @param permit the right to the next turn of its conversation; null for one that waits for nobody
 * @param sign says on all servers that the turn's response is being answered: a lease under a name
 *     of its own; null for an answer that is no response, and where there is no other server
 * @param storing threads for what waits for the store
 */
record TurnRights(TurnPermit permit, TurnPermit sign, Executor storing) {
  private static final System.Logger LOG = System.getLogger(TurnRights.class.getName());

  /**
   * Shows that the response is being answered, before its question can be read. Blocks on the
   * store.
   */
  void answering() {
    if (sign != null) {
      // Nobody else knows its name, so that it is there to be had.
      sign.take();
    }
  }

  /** Renews all of it from now on. What is run when the permit is lost may not block. */
  void keep(Runnable onLost) {
    if (permit != null) {
      permit.keep(onLost);
    }
    if (sign != null) {
      sign.keep(() -> {}); // Who is asked meanwhile says that the response was interrupted.
    }
  }

  /** Nothing more of the turn is recorded: the next one may begin. Blocks on the store. */
  void leave() {
    if (sign != null) {
      leave(sign);
    }
    if (permit != null) {
      permit.leave();
    }
  }

  /** What is stored says more by now: nobody waits for this. */
  private void leave(TurnPermit unneeded) {
    try {
      storing.execute(unneeded::leave);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the application stops", e);
      unneeded.leave();
    }
  }
}
