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
 * A request whose body was read already and can be read again. A complete body is also its
 * attribute named by {@link RequestBody}, where {@link RequestBody#read} finds it.
 *
 * <p>Its reader decodes by the request's character encoding, else as Latin-1, as the Servlet
 * specification says. For one thread at a time, as a container's request is.
 */
public final class BufferedRequest extends HttpServletRequestWrapper {
  private final RequestBody body;
  private final ServletResponse response;
  private String encoding;
  private ServletInputStream stream;
  private BufferedReader reader;
  private boolean wentAsync;

  /** A request that gives this body, which was read from it. */
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

  /**
   * Called when the rest of the chain has returned: gives the body back, unless somebody has taken
   * it over or the request went asynchronous.
   */
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
