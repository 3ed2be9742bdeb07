package example;

import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The servers, each embedded and on 127.0.0.1. */
enum ServerKind {
  TOMCAT {
    @Override
    Running start(Application application, Path folder) throws Exception {
      Tomcat tomcat = new Tomcat();
      tomcat.setBaseDir(folder.toString());
      Connector connector = new Connector();
      connector.setPort(0);
      connector.setProperty("address", "127.0.0.1");
      tomcat.setConnector(connector);
      Context context = tomcat.addContext("", folder.toString());
      context.addServletContainerInitializer(application, Set.of());
      ErrorPage page = new ErrorPage();
      page.setLocation(Application.ERROR_PAGE);
      context.addErrorPage(page);
      tomcat.start();
      return new Running(
          connector.getLocalPort(),
          () -> {
            tomcat.stop();
            tomcat.destroy();
          });
    }
  },

  JETTY {
    @Override
    Running start(Application application, Path folder) throws Exception {
      Server server = new Server();
      ServerConnector connector = new ServerConnector(server);
      connector.setHost("127.0.0.1");
      server.addConnector(connector);
      ServletContextHandler context = new ServletContextHandler("/");
      context.addServletContainerInitializer(application);
      ErrorPageErrorHandler pages = new ErrorPageErrorHandler();
      pages.addErrorPage(ErrorPageErrorHandler.GLOBAL_ERROR_PAGE, Application.ERROR_PAGE);
      context.setErrorHandler(pages);
      server.setHandler(context);
      server.start();
      return new Running(connector.getLocalPort(), server::stop);
    }
  },

  UNDERTOW {
    @Override
    Running start(Application application, Path folder) throws Exception {
      DeploymentInfo deployment =
          Servlets.deployment()
              .setClassLoader(ServerKind.class.getClassLoader())
              .setContextPath("/")
              .setDeploymentName("application")
              .addServletContainerInitializer(
                  new ServletContainerInitializerInfo(
                      Application.class,
                      new ImmediateInstanceFactory<>(application),
                      Set.of()))
              .addErrorPage(Servlets.errorPage(Application.ERROR_PAGE));
      DeploymentManager manager = Servlets.newContainer().addDeployment(deployment);
      manager.deploy();
      Undertow server =
          Undertow.builder().addHttpListener(0, "127.0.0.1").setHandler(manager.start()).build();
      server.start();
      InetSocketAddress address =
          (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
      return new Running(
          address.getPort(),
          () -> {
            server.stop();
            manager.stop();
            manager.undeploy();
          });
    }
  };

  /** A server with the application, which closing it stops. */
  record Running(int port, AutoCloseable stop) implements AutoCloseable {
    @Override
    public void close() throws Exception {
      stop.close();
    }
  }

  abstract Running start(Application application, Path folder) throws Exception;
}
