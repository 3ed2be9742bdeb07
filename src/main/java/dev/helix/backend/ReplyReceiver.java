package dev.helix.backend;

import java.nio.ByteBuffer;

/**
 * Takes an answer as it comes. The backend calls it from its own threads, one call at a time; no
 * method blocks, so a backend may call it from an I/O thread.
 */
public interface ReplyReceiver {

  /**
   * How many bytes of the body a backend may send before {@link ChatBackend.Exchange#request} asks
   * for more.
   */
  int FIRST_WINDOW = 64 * 1024;

  /** The status and headers, before any data. */
  void head(ReplyHead head);

  /** The next bytes of the body, in a buffer of any kind, which is the receiver's from now on. */
  void data(ByteBuffer bytes);

  /** The body is complete. */
  void end();

  /** The answer can't be had, or broke off. */
  void failed(BackendException cause);
}
