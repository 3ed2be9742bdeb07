package dev.helix.filter;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Objects;

/**
 * A request's input stream that gives a complete {@link RequestBody} again, blocking or by {@link
 * ReadListener}. Thread-safe as far as a container's own stream is: one reader at a time.
 */
final class BufferedInput extends ServletInputStream {
  private final RequestBody body;
  private final HttpServletRequest request;
  private int position;
  private ReadListener listener;
  private boolean delivering;
  private boolean endTold;

  BufferedInput(RequestBody body, HttpServletRequest request) {
    this.body = body;
    this.request = request;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, target.length);
    synchronized (this) {
      if (count == 0) {
        return 0;
      }
      if (isFinished()) {
        return -1;
      }
      int given = Math.min(count, body.length() - position);
      System.arraycopy(body.bytes(), position, target, offset, given);
      position += given;
      // Within onDataAvailable the end is told after it, on the same thread.
      if (isFinished() && listener != null && !delivering) {
        request.getAsyncContext().start(this::tellEnd);
      }
      return given;
    }
  }

  @Override
  public synchronized int available() {
    return body.length() - position;
  }

  @Override
  public synchronized boolean isFinished() {
    return position >= body.length();
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public synchronized void setReadListener(ReadListener readListener) {
    Objects.requireNonNull(readListener, "readListener");
    if (listener != null) {
      throw new IllegalStateException("there is a ReadListener already");
    }
    if (!request.isAsyncStarted()) {
      throw new IllegalStateException("the request is not asynchronous");
    }
    listener = readListener;
    delivering = true;
    // On a thread of the container, as its own stream would: never inside setReadListener.
    request.getAsyncContext().start(this::deliver);
  }

  private void deliver() {
    try {
      if (!isFinished()) {
        listener.onDataAvailable();
      }
    } catch (Throwable e) {
      // Whatever it is, the listener is told, as a container does.
      listener.onError(e);
      return;
    }
    synchronized (this) {
      delivering = false;
    }
    tellEnd();
  }

  private void tellEnd() {
    synchronized (this) {
      if (endTold || !isFinished()) {
        return;
      }
      endTold = true;
    }
    try {
      listener.onAllDataRead();
    } catch (Throwable e) {
      listener.onError(e);
    }
  }
}
