package dev.helix.http;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;

/**
 * A request whose body failed while somebody only looked at it: whoever needs the body meets the
 * same failure, and nobody takes the rest for the whole. For one thread at a time, as a container's
 * request is.
 */
public final class UnreadableRequest extends HttpServletRequestWrapper {
  private final Exception failure;

  /**
   * A request whose body failed.
   *
   * @param failure an {@link IOException}, or an unchecked one such as another filter's own
   */
  public UnreadableRequest(HttpServletRequest request, Exception failure) {
    super(request);
    this.failure = failure;
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    throw failed();
  }

  @Override
  public BufferedReader getReader() throws IOException {
    throw failed();
  }

  private IOException failed() {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return failure instanceof IOException known ? known : new IOException(failure);
  }
}
