package dev.helix.http;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.Objects;

/**
 * A request's input stream that gives again what was read of a body, and then the rest as it comes
 * from the container. As thread-safe as the container's own stream.
 */
final class ContinuedInput extends ServletInputStream {
  private final RequestBody start;
  private final ServletInputStream rest;
  private int position;

  ContinuedInput(RequestBody start, ServletInputStream rest) {
    this.start = start;
    this.rest = rest;
  }

  @Override
  public int read() throws IOException {
    return inStart() ? start.bytes()[position++] & 0xFF : rest.read();
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, target.length);
    if (!inStart()) {
      return rest.read(target, offset, count);
    }
    int given = Math.min(count, start.length() - position);
    System.arraycopy(start.bytes(), position, target, offset, given);
    position += given;
    return given;
  }

  @Override
  public int available() throws IOException {
    return start.length() - position + (inStart() ? 0 : rest.available());
  }

  @Override
  public boolean isFinished() {
    return !inStart() && rest.isFinished();
  }

  @Override
  public boolean isReady() {
    return inStart() || rest.isReady();
  }

  @Override
  public void setReadListener(ReadListener listener) {
    Objects.requireNonNull(listener, "listener");
    rest.setReadListener(
        new ReadListener() {
          @Override
          public void onDataAvailable() throws IOException {
            listener.onDataAvailable();
          }

          @Override
          public void onAllDataRead() throws IOException {
            if (inStart()) {
              listener.onDataAvailable(); // The start is read before the end is told.
            }
            listener.onAllDataRead();
          }

          @Override
          public void onError(Throwable cause) {
            listener.onError(cause);
          }
        });
  }

  private boolean inStart() {
    return position < start.length();
  }
}
