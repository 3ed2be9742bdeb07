package dev.helix.turn.stream;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/**
 * What is given to the container at a time, and what is left of it. Small, so that a caller who
 * reads slowly is told from one who does not. Used by one thread after the other.
 */
final class Piece {
  private static final int SIZE = 32 * 1024;

  record Head(int status, Map<String, String> headers) {
    /** Whether the caller learns from it how long the body is. */
    boolean hasLength() {
      return headers.containsKey("Content-Length");
    }
  }

  private final Queue<ByteBuffer> bytes = new ArrayDeque<>();
  private final boolean last;
  private final boolean cut;
  private Head head;
  private boolean unflushed;

  /**
   * Takes what fits from the queue, behind a head or null; the last if nothing more will come.
   *
   * @param cut whether the connection is cut behind the last
   */
  Piece(Head head, Queue<ByteBuffer> queue, boolean ending, boolean cut) {
    this.head = head;
    this.cut = cut;
    int left = SIZE;
    while (left > 0 && !queue.isEmpty()) {
      ByteBuffer first = queue.peek();
      int size = Math.min(left, first.remaining());
      bytes.add(first.slice(first.position(), size));
      first.position(first.position() + size);
      left -= size;
      if (!first.hasRemaining()) {
        queue.remove();
      }
    }
    this.last = ending && queue.isEmpty();
  }

  boolean isLast() {
    return last;
  }

  /** Whether the connection is cut when it is written. */
  boolean isCut() {
    return last && cut;
  }

  /** Whether nothing of it is left. The last one is not flushed: the exchange's end does that. */
  boolean isWritten() {
    return head == null && bytes.isEmpty() && ((last && !cut) || !unflushed);
  }

  long size() {
    return bytes.stream().mapToLong(ByteBuffer::remaining).sum();
  }

  /** Gives the container the next part, which it must be ready for. */
  void write(HttpServletResponse response, ServletOutputStream out) throws IOException {
    if (head != null) {
      writeHead(response);
    } else if (bytes.isEmpty()) {
      unflushed = false;
      out.flush();
    } else {
      ByteBuffer next = bytes.peek();
      unflushed = true;
      out.write(next.array(), next.arrayOffset() + next.position(), next.remaining());
      bytes.remove();
    }
  }

  private void writeHead(HttpServletResponse response) throws IOException {
    response.setStatus(head.status());
    head.headers().forEach(response::setHeader);
    if (head.hasLength()) {
      unflushed = true;
    } else {
      // Else Open Liberty keeps the first event until there is a second.
      response.flushBuffer();
    }
    head = null;
  }
}
