package dev.helix.bench.proxy;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A Jetty on 127.0.0.1 that has one servlet. */
final class ServletServer {
  private ServletServer() {}

  /** Serves for ever, once it has printed its port. */
  static void serve(ServletHolder servlet) throws Exception {
    Logger.getLogger("org.eclipse.jetty").setLevel(Level.WARNING);
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    servlet.setAsyncSupported(true);
    context.addServlet(servlet, "/*");
    server.setHandler(context);
    server.start();
    System.out.println(connector.getLocalPort());
    server.join();
  }
}
