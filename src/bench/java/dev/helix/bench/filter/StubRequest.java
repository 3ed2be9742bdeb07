package dev.helix.bench.filter;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A request as a container would hand it over, as far as filters ask: headers are looked for one
 * after the other, as Tomcat does, and attributes are in a map. Anything else that is asked is a
 * mistake. For one request, and not thread-safe.
 */
final class StubRequest extends HttpServletRequestWrapper {
  private static final HttpServletRequest NOTHING = nothing(HttpServletRequest.class);
  private static final ServletContext CONTEXT = nothing(ServletContext.class);

  private final Call call;
  private final Map<String, Object> attributes = new HashMap<>();

  /** What is the same each time a request is made. */
  static final class Call {
    private final String[] headers;
    private final byte[] body;

    /**
     * A call of a kind.
     *
     * @param headers names and values in turn
     * @param body null for a GET
     */
    Call(List<String> headers, byte[] body) {
      this.headers = headers.toArray(String[]::new);
      this.body = body;
    }
  }

  StubRequest(Call call) {
    super(NOTHING);
    this.call = call;
  }

  /** An object that refuses every call. */
  static <T> T nothing(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.toString());
            }));
  }

  @Override
  public String getHeader(String name) {
    for (int i = 0; i < call.headers.length; i += 2) {
      if (call.headers[i].equalsIgnoreCase(name)) {
        return call.headers[i + 1];
      }
    }
    return null;
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    List<String> values = null;
    for (int i = 0; i < call.headers.length; i += 2) {
      if (call.headers[i].equalsIgnoreCase(name)) {
        values = values == null ? new ArrayList<>(1) : values;
        values.add(call.headers[i + 1]);
      }
    }
    return values == null ? Collections.emptyEnumeration() : Collections.enumeration(values);
  }

  @Override
  public Object getAttribute(String name) {
    return attributes.get(name);
  }

  @Override
  public void setAttribute(String name, Object value) {
    attributes.put(name, value);
  }

  @Override
  public void removeAttribute(String name) {
    attributes.remove(name);
  }

  @Override
  public String getMethod() {
    return call.body == null ? "GET" : "POST";
  }

  @Override
  public String getContentType() {
    return getHeader("Content-Type");
  }

  @Override
  public String getCharacterEncoding() {
    return null;
  }

  @Override
  public int getContentLength() {
    return call.body == null ? -1 : call.body.length;
  }

  @Override
  public long getContentLengthLong() {
    return getContentLength();
  }

  @Override
  public Principal getUserPrincipal() {
    return null;
  }

  @Override
  public ServletContext getServletContext() {
    return CONTEXT;
  }

  @Override
  public boolean isAsyncStarted() {
    return false;
  }

  @Override
  public ServletInputStream getInputStream() {
    return new Body(call.body);
  }

  /** A body that has arrived. */
  private static final class Body extends ServletInputStream {
    private final ByteArrayInputStream bytes;

    Body(byte[] bytes) {
      this.bytes = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      return bytes.read(to, offset, length);
    }

    @Override
    public int available() {
      return bytes.available();
    }

    @Override
    public boolean isFinished() {
      return bytes.available() == 0;
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
