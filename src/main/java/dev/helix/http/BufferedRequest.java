package dev.helix.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A request whose body was read already and can be read again. A complete body is also its
 * attribute named by {@link RequestBody}, where {@link RequestBody#read} finds it.
 *
 * <p>Its reader decodes by the request's character encoding, else as Latin-1, as the Servlet
 * specification says. For one thread at a time, as a container's request is.
 */
public final class BufferedRequest extends HttpServletRequestWrapper {
  private final Reading reading;
  private final HttpServletResponse response;

  /** How far the body was read, in whichever of a request's dispatches. */
  private static final class Reading {
    private final HttpServletRequest first;
    private final RequestBody body;

    /** Whether a filter before gives a reader of its own, which may know better how to decode. */
    private final boolean otherReader;

    private String encoding;
    private ServletInputStream stream;
    private BufferedReader reader;
    private boolean wentAsync;

    /** How many parts of the chain have it and have not returned. */
    private int holders;

    Reading(HttpServletRequest first, RequestBody body) {
      this.first = first;
      this.body = body;
      this.otherReader = wrapsReader(first, false);
    }

    void listenTo(AsyncContext context) {
      wentAsync = true;
      context.addListener((Completion) event -> body.closeUnlessTaken());
    }
  }

  /** A request that gives this body, which was read from it. */
  public BufferedRequest(
      HttpServletRequest request, HttpServletResponse response, RequestBody body) {
    this(request, response, new Reading(request, body));
    body.announce(request);
    if (request.isAsyncStarted()) {
      reading.listenTo(request.getAsyncContext());
    }
  }

  private BufferedRequest(
      HttpServletRequest request, HttpServletResponse response, Reading reading) {
    super(request);
    this.response = response;
    this.reading = reading;
    reading.holders++;
  }

  /**
   * Whether who only looks at a body may read its bytes, and this class give them again: false
   * where a filter before has begun to read it as text, or gives another text in its place.
   */
  public static boolean mayReplace(HttpServletRequest request) {
    if (wrapsReader(request, true)) {
      return false;
    }
    try {
      return request.getInputStream() != null;
    } catch (IOException | IllegalStateException e) {
      return false; // Whoever needs the body meets it again.
    }
  }

  /** Whether a filter before gives a reader of its own, perhaps without a stream of its own. */
  private static boolean wrapsReader(HttpServletRequest request, boolean alone) {
    ServletRequest outer = request;
    while (outer instanceof ServletRequestWrapper wrapper) {
      if (overrides(wrapper, "getReader") && !(alone && overrides(wrapper, "getInputStream"))) {
        return true;
      }
      outer = wrapper.getRequest();
    }
    return false;
  }

  private static boolean overrides(ServletRequestWrapper wrapper, String method) {
    try {
      Class<?> declaring = wrapper.getClass().getMethod(method).getDeclaringClass();
      return declaring != ServletRequestWrapper.class;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Hands this on, and then gives the body back, unless somebody has taken it over or the request
   * went asynchronous. Where it failed, an error page may come {@linkplain #handOnAgain after it}.
   */
  public void handOn(FilterChain chain) throws IOException, ServletException {
    boolean failed = true;
    try {
      chain.doFilter(this, response);
      failed = response.getStatus() >= HttpServletResponse.SC_BAD_REQUEST;
    } finally {
      handedOn(failed);
    }
  }

  /**
   * Hands the same request on as the container dispatches it once more, such as to an error page:
   * with what is left of the body, unless it has that already, or the body is gone.
   */
  public void handOnAgain(HttpServletRequest request, HttpServletResponse answer, FilterChain chain)
      throws IOException, ServletException {
    boolean hasIt =
        request instanceof ServletRequestWrapper wrapper
            && wrapper.isWrapperFor(BufferedRequest.class);
    if (hasIt || !reading.body.reopen()) {
      chain.doFilter(request, answer);
    } else {
      new BufferedRequest(request, answer, reading).handOn(chain);
    }
  }

  private void handedOn(boolean failed) {
    reading.holders--;
    if (reading.holders > 0 || reading.wentAsync) {
      return;
    }
    if (failed) {
      reading.body.keepSoftly();
    }
    reading.body.closeUnlessTaken();
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    if (reading.reader != null) {
      throw new IllegalStateException("getReader() was called for this request");
    }
    return input();
  }

  @Override
  public BufferedReader getReader() throws IOException {
    if (reading.reader == null) {
      if (reading.stream != null) {
        throw new IllegalStateException("getInputStream() was called for this request");
      }
      Optional<BufferedReader> other = otherReader();
      if (other.isPresent()) {
        reading.reader = other.get();
      } else {
        Charset charset = charset(); // First: one that nobody knows leaves the bytes to be read.
        reading.reader = new BufferedReader(new InputStreamReader(input(), charset));
      }
    }
    return reading.reader;
  }

  /** The reader of a filter before, where it has the text although the bytes were read. */
  private Optional<BufferedReader> otherReader() throws IOException {
    if (!reading.otherReader) {
      return Optional.empty();
    }
    try {
      BufferedReader other = reading.first.getReader();
      other.mark(1);
      if (other.read() < 0) {
        return Optional.empty();
      }
      other.reset();
      return Optional.of(other);
    } catch (IllegalStateException e) {
      return Optional.empty(); // It has no more than what it wraps, which was read as bytes.
    }
  }

  // Containers ignore a new encoding once the body was read, and for them it was.
  @Override
  public void setCharacterEncoding(String name) throws UnsupportedEncodingException {
    if (isUnread()) {
      reading.encoding = charset(name).name();
      if (reading.otherReader) {
        super.setCharacterEncoding(name);
      }
    }
  }

  /** Servlet 6.1 has this form too; unlike the other it must not reach the container. */
  public void setCharacterEncoding(Charset charset) {
    if (isUnread()) {
      reading.encoding = charset.name();
    }
  }

  private boolean isUnread() {
    return reading.reader == null && reading.stream == null;
  }

  @Override
  public String getCharacterEncoding() {
    return reading.encoding != null ? reading.encoding : super.getCharacterEncoding();
  }

  // The container would go on with its own request, whose body is spent.
  @Override
  public AsyncContext startAsync() {
    return startAsync(this, response);
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse answer) {
    AsyncContext context = super.startAsync(request, answer);
    reading.listenTo(context);
    return context;
  }

  private ServletInputStream input() throws IOException {
    if (reading.stream == null) {
      reading.stream =
          reading.body.complete()
              ? new BufferedInput(reading.body, this)
              : new ContinuedInput(reading.body, reading.first.getInputStream());
    }
    return reading.stream;
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
