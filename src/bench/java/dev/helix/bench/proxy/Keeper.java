package dev.helix.bench.proxy;

import java.io.IOException;

/** Keeps what is said in a conversation. Thread-safe for different conversations. */
interface Keeper {
  /** Keeps a request before the upstream has it. */
  void question(String conversation, byte[] request) throws IOException;

  /**
   * Returns when the request and its answer are on the disk.
   *
   * @param answer the upstream's body, which is JSON or a stream of events
   */
  void answer(String conversation, byte[] answer) throws IOException;
}
