package dev.helix.backend;

import java.nio.ByteBuffer;

/**
 * Receives the reply to a call, as it comes. The backend calls it from threads of its own, one call
 * at a time. No method blocks, so a backend may call it from an I/O thread.
 */
public interface ReplyReceiver {

  /**
   * The bytes of the body that a backend sends before {@link ChatBackend.Exchange#request} asks for
   * more.
   */
  int FIRST_WINDOW = 64 * 1024;

  /**
   * Whoever answers has all of the request, and the backend does not hold its body any more. It may
   * come at any time before the last call, also within {@link ChatBackend#chat}, or not at all.
   */
  default void sent() {}

  /** The status and headers, before any data. */
  void head(ReplyHead head);

  /** The next bytes of the body, in a buffer of any kind. It is the receiver's from now on. */
  void data(ByteBuffer bytes);

  /** The body is complete; the last call. */
  void end();

  /** The reply cannot be had, or broke off; the last call. */
  void failed(BackendException cause);
}
