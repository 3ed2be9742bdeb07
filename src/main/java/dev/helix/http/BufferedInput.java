package dev.helix.http;

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

  /** The thread that is in onDataAvailable; it tells the end afterwards. */
  private Thread delivering;

  /** Whether the reader knows that there is no more. Only then may the end be told. */
  private boolean endSeen;

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
      if (atEnd()) {
        seeEnd();
        return -1;
      }
      int given = Math.min(count, body.length() - position);
      System.arraycopy(body.bytes(), position, target, offset, given);
      position += given;
      // Another thread still has to do something with the last bytes; this one is done on return.
      endSeen |= atEnd() && Thread.currentThread() == delivering;
      return given;
    }
  }

  @Override
  public synchronized int available() {
    return body.length() - position;
  }

  @Override
  public synchronized boolean isFinished() {
    seeEnd();
    return atEnd();
  }

  @Override
  public synchronized boolean isReady() {
    seeEnd();
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
    // On a thread of the container, as its own stream would: never inside setReadListener.
    request.getAsyncContext().start(this::deliver);
  }

  private boolean atEnd() {
    return position >= body.length();
  }

  private synchronized void seeEnd() {
    if (listener != null && !endSeen && atEnd()) {
      endSeen = true;
      if (delivering == null) {
        request.getAsyncContext().start(this::tellEnd);
      }
    }
  }

  private void deliver() {
    synchronized (this) {
      delivering = Thread.currentThread();
      endSeen |= atEnd();
    }
    try {
      if (available() > 0) {
        listener.onDataAvailable();
      }
    } catch (Throwable e) {
      // Whatever it is, the listener is told, as a container does.
      listener.onError(e);
      return;
    }
    synchronized (this) {
      delivering = null;
    }
    tellEnd();
  }

  private void tellEnd() {
    synchronized (this) {
      if (endTold || !endSeen) {
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
