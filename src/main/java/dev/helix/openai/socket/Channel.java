package dev.helix.openai.socket;

import java.util.function.Consumer;

/** One WebSocket as a server has it. Safe for use by many threads. */
interface Channel {
  /**
   * Sends a text message; one at a time. Should not block, though some servers may.
   *
   * @param then is told once: null where it was taken, else why it cannot be
   */
  void send(String text, Consumer<Throwable> then);

  /** Sends a ping, which the other side answers; not beside a message. May block for a while. */
  void ping();

  /** Closes it. May block for a while; what fails is not told. */
  void close(int code, String reason);
}
