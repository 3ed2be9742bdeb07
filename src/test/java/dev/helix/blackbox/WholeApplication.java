package dev.helix.blackbox;

import dev.helix.scripted.ScriptedUpstream;
import dev.helix.session.SessionManager;
import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletContextAttributeListener;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.ee10.webapp.Configuration;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.ee10.webapp.WebInfConfiguration;
import org.eclipse.jetty.ee10.webapp.WebXmlConfiguration;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * The web application as its own web.xml puts it together, in a real Jetty of this JVM, on real
 * files and with a scripted upstream. Thread-safe.
 */
public final class WholeApplication implements AutoCloseable {
  private final ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();
  private final Server server = new Server();
  private final ServerConnector connector = new ServerConnector(server);
  private final WebAppContext context = new WebAppContext();

  /**
   * Starts it.
   *
   * @param settings context-params
   */
  public WholeApplication(Path sessions, Map<String, String> settings) throws Exception {
    this(sessions, settings, null);
  }

  /**
   * Starts it.
   *
   * @param settings context-params
   * @param others what the filters and servlets find as the sessions, in place of the application's
   *     own; null for that
   */
  public WholeApplication(Path sessions, Map<String, String> settings, SessionManager others)
      throws Exception {
    this(sessions, settings, SessionManager.class, own -> others == null ? own : others);
  }

  /**
   * Starts it.
   *
   * @param settings context-params
   * @param part a class of which the application keeps one in the servlet context
   * @param change gives what servlets find in the place of that
   */
  public <T> WholeApplication(
      Path sessions, Map<String, String> settings, Class<T> part, UnaryOperator<T> change)
      throws Exception {
    context.addEventListener(
        new ServletContextAttributeListener() {
          @Override
          public void attributeAdded(ServletContextAttributeEvent event) {
            if (event.getName().equals(part.getName())) {
              T changed = change.apply(part.cast(event.getValue()));
              event.getServletContext().setAttribute(event.getName(), changed);
            }
          }
        });
    context.setContextPath("/");
    context.setBaseResourceAsPath(Path.of("src/main/webapp").toAbsolutePath());
    context.setDefaultsDescriptor(null);
    context.setConfigurations(
        new Configuration[] {new WebInfConfiguration(), new WebXmlConfiguration()});
    context.setParentLoaderPriority(true);
    context.setThrowUnavailableOnStartupException(true);
    JakartaWebSocketServletContainerInitializer.configure(context, null);
    context.setInitParameter("helix.sessions.dir", sessions.toString());
    context.setInitParameter("helix.upstream.url", upstream.baseUrl().toString());
    settings.forEach(context::setInitParameter);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(context);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
  }

  /** What the application keeps in the servlet context. */
  public <T> T part(Class<T> type) {
    return type.cast(context.getServletContext().getAttribute(type.getName()));
  }

  public ScriptedUpstream upstream() {
    return upstream;
  }

  @Override
  public void close() throws Exception {
    server.stop();
    upstream.close();
  }
}
