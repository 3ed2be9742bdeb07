package dev.helix.bench.proxy;

import org.eclipse.jetty.ee10.proxy.AsyncProxyServlet;
import org.eclipse.jetty.ee10.servlet.ServletHolder;

/**
 * Jetty's own asynchronous proxy servlet before an upstream: the least that a servlet can do, which
 * reads nothing of what it passes and keeps nothing. Prints its port. Argument: the upstream's URL.
 */
public final class JettyProxy {
  private JettyProxy() {}

  public static void main(String[] arguments) throws Exception {
    ServletHolder proxy = new ServletHolder(new AsyncProxyServlet.Transparent());
    proxy.setInitParameter("proxyTo", arguments[0]);
    proxy.setInitParameter("maxConnections", "10000");
    ServletServer.serve(proxy);
  }
}
