package dev.helix.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * A request whose body was read and can be read again, as if nobody had. A complete body is also
 * its attribute named by {@link RequestBody}, for {@link RequestBody#read} behind the filter.
 *
 * <p>A reader decodes by the encoding that the container or the application names, else by the
 * Latin-1 of the Servlet specification, so that it gives the same text as without the filter.
 * Thread-safety is that of a container's request: one thread at a time.
 */
public final class BufferedRequest extends HttpServletRequestWrapper {
  private final RequestBody body;
  private final ServletResponse response;
  private String encoding;
  private ServletInputStream stream;
  private BufferedReader reader;
  private boolean wentAsync;

  public BufferedRequest(HttpServletRequest request, ServletResponse response, RequestBody body) {
    super(request);
    this.body = body;
    this.response = response;
    body.announce(request);
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    if (reader != null) {
      throw new IllegalStateException("getReader() was called for this request");
    }
    return input();
  }

  @Override
  public BufferedReader getReader() throws IOException {
    if (reader == null) {
      if (stream != null) {
        throw new IllegalStateException("getInputStream() was called for this request");
      }
      reader = new BufferedReader(new InputStreamReader(input(), charset()));
    }
    return reader;
  }

  // Containers ignore a new encoding once the body was read, and for them it was.
  @Override
  public void setCharacterEncoding(String name) throws UnsupportedEncodingException {
    if (reader == null && stream == null) {
      encoding = charset(name).name();
    }
  }

  /** Servlet 6.1 has this form too; unlike the other it must not reach the container. */
  public void setCharacterEncoding(Charset charset) {
    if (reader == null && stream == null) {
      encoding = charset.name();
    }
  }

  @Override
  public String getCharacterEncoding() {
    return encoding != null ? encoding : super.getCharacterEncoding();
  }

  // The container would go on with its own request, whose body is spent.
  @Override
  public AsyncContext startAsync() {
    return startAsync(this, response);
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    AsyncContext context = super.startAsync(request, response);
    wentAsync = true;
    context.addListener((Completion) event -> body.closeUnlessTaken());
    return context;
  }

  /** Ends the filter's part: gives the body back, unless somebody still has a use for it. */
  public void handedOn() {
    if (!wentAsync) {
      body.closeUnlessTaken();
    }
  }

  private ServletInputStream input() throws IOException {
    if (stream == null) {
      stream =
          body.complete()
              ? new BufferedInput(body, this)
              : new ContinuedInput(body, super.getInputStream());
    }
    return stream;
  }

  private Charset charset() throws UnsupportedEncodingException {
    String name = getCharacterEncoding();
    return name == null ? StandardCharsets.ISO_8859_1 : charset(name);
  }

  private static Charset charset(String name) throws UnsupportedEncodingException {
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException e) {
      UnsupportedEncodingException unsupported = new UnsupportedEncodingException(name);
      unsupported.initCause(e);
      throw unsupported;
    }
  }

  /**
   * Hears when the container says that the request is over. To be made of a lambda: WildFly takes
   * each class that implements AsyncListener for one that it has to make.
   */
  @FunctionalInterface
  private interface Completion extends AsyncListener {
    @Override
    default void onTimeout(AsyncEvent event) {
      // onComplete follows.
    }

    @Override
    default void onError(AsyncEvent event) {
      // onComplete follows.
    }

    @Override
    default void onStartAsync(AsyncEvent event) {
      // The new cycle begins in startAsync, which listens again.
    }
  }
}
