package example;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What an application's other filters do to a body before it is looked at; the header X-Before. */
final class FilterBefore extends HttpFilter {
  private static final long serialVersionUID = 1;

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String before = request.getHeader("X-Before");
    if (before == null) {
      chain.doFilter(request, response);
      return;
    }
    switch (before) {
      case "takes the reader" -> {
        request.getReader();
        chain.doFilter(request, response);
      }
      case "reads a line" -> {
        request.setAttribute("line", request.getReader().readLine());
        chain.doFilter(request, response);
      }
      case "reads bytes" -> {
        request.setAttribute("line", new String(request.getInputStream().readNBytes(5)));
        chain.doFilter(request, response);
      }
      case "reads all" -> {
        request.getInputStream().readAllBytes();
        chain.doFilter(request, response);
      }
      case "keeps the text" -> {
        String text = text(request.getReader());
        chain.doFilter(new ReaderAlone(request, text), response);
      }
      case "keeps the bytes' text" -> {
        String text = new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        chain.doFilter(new ReaderAlone(request, text), response);
      }
      case "changes the reader" -> chain.doFilter(new LoudReader(request), response);
      case "keeps the bytes" ->
          chain.doFilter(new Kept(request, request.getInputStream().readAllBytes()), response);
      case "breaks off" ->
          chain.doFilter(
              new HttpServletRequestWrapper(request) {
                @Override
                public ServletInputStream getInputStream() {
                  return new Stream(new BreakingOff());
                }
              },
              response);
      case "has no stream" ->
          chain.doFilter(
              new HttpServletRequestWrapper(request) {
                @Override
                public ServletInputStream getInputStream() throws IOException {
                  throw new IOException("no stream here");
                }
              },
              response);
      case "is asynchronous" -> {
        request.startAsync();
        chain.doFilter(request, response);
      }
      case "dispatches" -> {
        request.startAsync();
        chain.doFilter(request, response);
        request.getAsyncContext().dispatch("/stream");
      }
      default -> throw new ServletException(before);
    }
  }

  static String text(BufferedReader reader) throws IOException {
    StringWriter text = new StringWriter();
    reader.transferTo(text);
    return text.toString();
  }

  /** Has its text in the reader, and in the stream what is left. */
  private static final class ReaderAlone extends HttpServletRequestWrapper {
    private final BufferedReader reader;

    ReaderAlone(HttpServletRequest request, String text) {
      super(request);
      reader = new BufferedReader(new StringReader(text));
    }

    @Override
    public BufferedReader getReader() {
      return reader;
    }
  }

  private static final class LoudReader extends HttpServletRequestWrapper {
    LoudReader(HttpServletRequest request) {
      super(request);
    }

    @Override
    public BufferedReader getReader() throws IOException {
      String loud = text(super.getReader()).toUpperCase(Locale.ROOT);
      return new BufferedReader(new StringReader(loud));
    }
  }

  private static final class Kept extends HttpServletRequestWrapper {
    private final byte[] bytes;

    Kept(HttpServletRequest request, byte[] bytes) {
      super(request);
      this.bytes = bytes;
    }

    @Override
    public ServletInputStream getInputStream() {
      return new Stream(new ByteArrayInputStream(bytes));
    }

    @Override
    public BufferedReader getReader() {
      return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }
  }

  /** Ten bytes and an error, once. */
  private static final class BreakingOff extends InputStream {
    private int read;

    @Override
    public int read() throws IOException {
      read++;
      if (read == 10) {
        throw new IOException("too much");
      }
      return read > 20 ? -1 : '{';
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      int next = read();
      target[offset] = (byte) next;
      return next < 0 ? -1 : 1;
    }
  }

  private static final class Stream extends ServletInputStream {
    private final InputStream in;

    Stream(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      return in.read(target, offset, count);
    }

    @Override
    public boolean isFinished() {
      return false;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
