package dev.helix.bench.proxy;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.ee10.proxy.AsyncProxyServlet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Jetty's own asynchronous proxy servlet before an upstream: the least that a servlet can do, which
 * reads nothing of what it passes and keeps nothing. Prints its port. Argument: the upstream's URL.
 */
public final class JettyProxy {
  private JettyProxy() {}

  public static void main(String[] arguments) throws Exception {
    Logger.getLogger("org.eclipse.jetty").setLevel(Level.WARNING);
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    ServletHolder proxy = new ServletHolder(new AsyncProxyServlet.Transparent());
    proxy.setInitParameter("proxyTo", arguments[0]);
    proxy.setInitParameter("maxConnections", "10000");
    proxy.setAsyncSupported(true);
    context.addServlet(proxy, "/*");
    server.setHandler(context);
    server.start();
    System.out.println(connector.getLocalPort());
    server.join();
  }
}
