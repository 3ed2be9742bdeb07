package dev.helix.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A real Jetty on 127.0.0.1 with filters in front of small endpoints. */
public final class TestServer implements AutoCloseable {
  /** What an endpoint does with a request. */
  public interface Endpoint {
    void handle(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException;
  }

  private final Server server = new Server();
  private final ServerConnector connector;
  private final ServletContextHandler context = new ServletContextHandler("/");

  public TestServer() {
    this(new HttpConnectionFactory());
  }

  private TestServer(ConnectionFactory... protocols) {
    connector = new ServerConnector(server, protocols);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(context);
  }

  /** One that takes the caller's address from the PROXY protocol, so that it can be any. */
  public static TestServer behindProxy() {
    return new TestServer(new ProxyConnectionFactory(), new HttpConnectionFactory());
  }

  public TestServer filter(Filter filter, String path) {
    return filter(filter, path, Map.of());
  }

  public TestServer filter(Filter filter, String path, Map<String, String> initParams) {
    DispatcherType[] errors = {DispatcherType.ASYNC, DispatcherType.ERROR};
    return filter(filter, path, initParams, EnumSet.of(DispatcherType.REQUEST, errors));
  }

  /** A filter that forwarded requests pass too. */
  TestServer filterOfForwards(Filter filter, String path) {
    DispatcherType forward = DispatcherType.FORWARD;
    return filter(filter, path, Map.of(), EnumSet.of(DispatcherType.REQUEST, forward));
  }

  private TestServer filter(
      Filter filter, String path, Map<String, String> initParams, EnumSet<DispatcherType> types) {
    FilterHolder holder = new FilterHolder(filter);
    holder.setInitParameters(initParams);
    holder.setAsyncSupported(true);
    context.addFilter(holder, path, types);
    return this;
  }

  /** Below a path of its own. */
  TestServer at(String contextPath) {
    context.setContextPath(contextPath);
    return this;
  }

  TestServer servlet(HttpServlet servlet, String path) {
    context.addServlet(new ServletHolder(servlet), path);
    return this;
  }

  TestServer attribute(String name, Object value) {
    context.setAttribute(name, value);
    return this;
  }

  TestServer contextParam(String name, String value) {
    context.setInitParameter(name, value);
    return this;
  }

  Object attribute(String name) {
    return context.getServletContext().getAttribute(name);
  }

  public TestServer endpoint(String path, Endpoint endpoint) {
    ServletHolder holder = new ServletHolder(new EndpointServlet(endpoint));
    holder.setAsyncSupported(true);
    context.addServlet(holder, path);
    return this;
  }

  public TestServer start() throws Exception {
    server.start();
    return this;
  }

  public RawHttp.Response send(RawHttp.Request request) throws IOException {
    return RawHttp.exchange(connector.getLocalPort(), request.bytes());
  }

  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() throws Exception {
    server.stop();
  }

  private static final class EndpointServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private final transient Endpoint endpoint;

    private EndpointServlet(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      endpoint.handle(request, response);
    }
  }
}
