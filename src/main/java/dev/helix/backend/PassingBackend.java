package dev.helix.backend;

import dev.helix.backend.ChatBackend.Exchange;

/**
 * A backend that takes requests of other endpoints than chat completions as they are, such as
 * embeddings. Implementations are safe for use by many threads and never block on the network.
 */
public interface PassingBackend {

  /**
   * Begins to pass a request on. The receiver is called as by {@link ChatBackend#chat}.
   *
   * @return the running exchange, by which the caller asks for more data or gives up
   */
  Exchange pass(PassedCall call, ReplyReceiver receiver);

  /** Whether it looks into bodies: it is given them without a {@code Content-Encoding} then. */
  default boolean looksIntoBodies() {
    return false;
  }
}
