package dev.helix.turn;

import dev.helix.http.InvalidRequestException;
import dev.helix.session.Lease;

/** What is done in the order of a session's turns, and is no turn. May wait for the store. */
@FunctionalInterface
public interface OrderedWork {
  /**
   * Does it; called once at most.
   *
   * @param lease by which it may write
   * @return the JSON that the caller is answered with, in UTF-8
   * @throws InvalidRequestException what the caller is told instead; nothing was done then
   */
  byte[] with(Lease lease) throws InvalidRequestException;
}
