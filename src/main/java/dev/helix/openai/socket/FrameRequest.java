package dev.helix.openai.socket;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A frame of a WebSocket, seen as a request: what was said when the WebSocket was opened, which the
 * server forgets, and attributes of its own. It has no body and no response, and refuses what
 * nobody asks of a frame. For one thread at a time.
 */
final class FrameRequest extends HttpServletRequestWrapper {
  /** Of the attributes, those that filters of this project set, or others for them. */
  private static final String OURS = "dev.helix.";

  private static final HttpServletRequest REFUSES =
      (HttpServletRequest)
          Proxy.newProxyInstance(
              FrameRequest.class.getClassLoader(),
              new Class<?>[] {HttpServletRequest.class},
              (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName() + " of a frame");
              });

  private final Opening opening;
  private final Map<String, Object> attributes;

  /** What was said when a WebSocket was opened. Not changed once it is made. */
  static final class Opening {
    private final ServletContext context;
    private final String servletPath;
    private final String pathInfo;
    private final String remoteAddress;
    private final Principal principal;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Object> attributes = new HashMap<>();

    Opening(HttpServletRequest request) {
      context = request.getServletContext();
      servletPath = request.getServletPath();
      pathInfo = request.getPathInfo();
      remoteAddress = request.getRemoteAddr();
      principal = request.getUserPrincipal();
      for (String name : Collections.list(request.getHeaderNames())) {
        headers.put(name, Collections.list(request.getHeaders(name)));
      }
      for (String name : Collections.list(request.getAttributeNames())) {
        if (name.startsWith(OURS)) {
          attributes.put(name, request.getAttribute(name));
        }
      }
    }
  }

  FrameRequest(Opening opening) {
    super(REFUSES);
    this.opening = opening;
    this.attributes = new HashMap<>(opening.attributes);
  }

  @Override
  public String getMethod() {
    return "POST";
  }

  @Override
  public ServletContext getServletContext() {
    return opening.context;
  }

  @Override
  public String getServletPath() {
    return opening.servletPath;
  }

  @Override
  public String getPathInfo() {
    return opening.pathInfo;
  }

  @Override
  public String getRemoteAddr() {
    return opening.remoteAddress;
  }

  @Override
  public Principal getUserPrincipal() {
    return opening.principal;
  }

  @Override
  public String getHeader(String name) {
    List<String> values = opening.headers.getOrDefault(name, List.of());
    return values.isEmpty() ? null : values.get(0);
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    return Collections.enumeration(opening.headers.getOrDefault(name, List.of()));
  }

  @Override
  public Enumeration<String> getHeaderNames() {
    return Collections.enumeration(opening.headers.keySet());
  }

  @Override
  public Object getAttribute(String name) {
    return attributes.get(name);
  }

  @Override
  public Enumeration<String> getAttributeNames() {
    return Collections.enumeration(attributes.keySet());
  }

  @Override
  public void setAttribute(String name, Object value) {
    attributes.put(name, value);
  }

  @Override
  public void removeAttribute(String name) {
    attributes.remove(name);
  }
}
