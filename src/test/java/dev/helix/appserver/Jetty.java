package dev.helix.appserver;

import dev.helix.packaging.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Eclipse Jetty with one of its environments for web applications. */
final class Jetty implements AppServer {
  private final String environment;
  private final Distribution distribution = new Distribution("jetty");

  /**
   * Jetty with an environment.
   *
   * @param environment such as {@code ee10}
   */
  Jetty(String environment) {
    this.environment = environment;
  }

  @Override
  public boolean cutsConnections() {
    return true;
  }

  @Override
  public String id() {
    return "jetty-" + environment;
  }

  @Override
  public String title() {
    return "Jetty " + distribution.version() + " " + environment;
  }

  /** What comes after a module of an environment would be a setting of that, not of the server. */
  @Override
  public void configure(Instance instance) throws IOException {
    Path folder = instance.folder();
    Files.createDirectories(folder.resolve("environments"));
    Deployment.DataSource source = instance.deployment().dataSource();
    Files.writeString(
        folder.resolve("start.ini"),
        """
        --module=http
        jetty.http.host=127.0.0.1
        jetty.http.port=%d
        --module=graceful
        jetty.graceful.shutdownIdleTimeout=-1
        --module=deployment-scanner
        jetty.deploy.scanInterval=1
        %s--modules=%s-deploy,%s-annotations,%s-websocket-jakarta%s
        """
            .formatted(
                instance.port(),
                source == null ? "" : "--module=ext,plus\netc/data-source.xml\n",
                environment,
                environment,
                environment,
                source == null ? "" : "," + environment + "-plus"));
    if (source != null) {
      Files.createDirectories(folder.resolve("lib/ext"));
      Files.copy(source.driver(), folder.resolve("lib/ext/driver.jar"));
      Files.createDirectories(folder.resolve("etc"));
      Files.writeString(
          folder.resolve("etc/data-source.xml"),
          """
          <?xml version="1.0"?>
          <!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN"
                              "https://jetty.org/configure_10_0.dtd">
          <Configure id="Server" class="org.eclipse.jetty.server.Server">
            <New class="org.eclipse.jetty.plus.jndi.Resource">
              <Arg/>
              <Arg>%s</Arg>
              <Arg>
                <New class="org.postgresql.ds.PGSimpleDataSource">
                  <Set name="url">%s</Set>
                  <Set name="user">%s</Set>
                  <Set name="password">%s</Set>
                </New>
              </Arg>
            </New>
          </Configure>
          """
              .formatted(
                  source.name(),
                  source.url().replace("&", "&amp;"),
                  source.user(),
                  source.password()));
    }
  }

  @Override
  public List<String> command(Instance instance) {
    return List.of(
        Built.java(),
        "-Djava.io.tmpdir=" + instance.folder(),
        "-jar",
        distribution.home().resolve("start.jar").toString());
  }

  @Override
  public Pattern started() {
    return Pattern.compile("Started .*Server@");
  }

  @Override
  public Pattern deployed(String application) {
    return Pattern.compile("Started .*WebAppContext@.*[{,]/" + application + ",.*AVAILABLE");
  }

  @Override
  public Pattern undeployed(String application) {
    return Pattern.compile("Stopped .*WebAppContext@.*[{,]/" + application + ",");
  }

  @Override
  public Pattern refused(String application) {
    return Pattern.compile("Failed startup of context .*[{,]/" + application + ",");
  }

  @Override
  public Path applications(Instance instance) {
    return instance.folder().resolve("webapps");
  }
}
