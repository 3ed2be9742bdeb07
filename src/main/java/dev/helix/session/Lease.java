package dev.helix.session;

import java.util.Objects;

/**
 * The right to the next turn of a session, for a time and on all servers of a store. Immutable; the
 * store knows whether it still holds. Specification section 4.
 *
 * @param of the session; nothing need be stored of it
 * @param number the fencing number: of one session a later lease has a higher one
 */
public record Lease(SessionId of, long number) {
  public Lease {
    Objects.requireNonNull(of, "of");
  }
}
