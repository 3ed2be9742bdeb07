package dev.helix.appserver;

import dev.helix.packaging.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Open Liberty with the features that the WAR needs. */
final class OpenLiberty implements AppServer {
  private static final String SERVER = "helix";
  private final Distribution distribution = new Distribution("openliberty");

  @Override
  public String id() {
    return "openliberty";
  }

  @Override
  public String title() {
    return "Open Liberty " + distribution.version();
  }

  /**
   * Its threads are at first twice the processors, and more only when it has seen for some seconds
   * that all hang. Who sends a body slowly holds one.
   */
  @Override
  public void configure(Instance instance) throws IOException {
    Files.createDirectories(applications(instance));
    Deployment.DataSource source = instance.deployment().dataSource();
    Files.writeString(
        server(instance).resolve("server.xml"),
        """
        <server>
          <featureManager>
            <feature>servlet-6.0</feature>
            <feature>jndi-1.0</feature>
            <feature>websocket-2.1</feature>
            %s
          </featureManager>
          <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="%d" httpsPort="-1"/>
          <applicationManager autoExpand="true"/>
          <executor coreThreads="50"/>
          %s
        </server>
        """
            .formatted(
                source == null ? "" : "<feature>jdbc-4.3</feature>",
                instance.port(),
                source == null ? "" : dataSource(source)));
  }

  private static String dataSource(Deployment.DataSource source) {
    return """
      <library id="driver"><file name="%s"/></library>
      <dataSource jndiName="%s">
        <jdbcDriver libraryRef="driver"/>
        <properties.postgresql URL="%s" user="%s" password="%s"/>
      </dataSource>
      """
        .formatted(
            source.driver(),
            source.name(),
            source.url().replace("&", "&amp;"),
            source.user(),
            source.password());
  }

  /** Its own folder of our only server. */
  private static Path server(Instance instance) {
    return instance.folder().resolve("servers").resolve(SERVER);
  }

  @Override
  public List<String> command(Instance instance) {
    return List.of("sh", distribution.home().resolve("bin/server").toString(), "run", SERVER);
  }

  @Override
  public Map<String, String> environment(Instance instance) {
    return Map.of(
        "JAVA_HOME", Built.javaHome().toString(), "WLP_USER_DIR", instance.folder().toString());
  }

  @Override
  public Pattern started() {
    return console("CWWKF0011I: ");
  }

  @Override
  public Pattern deployed(String application) {
    // The second is of one that was there and is there again.
    return console("CWWKZ000[13]I: .* " + application + " ");
  }

  @Override
  public Pattern undeployed(String application) {
    return console("CWWKZ0009I: .* " + application + " ");
  }

  @Override
  public Pattern refused(String application) {
    return console("CWWKZ001[24]I: .* " + application + " ");
  }

  /** A line of the standard output, not of the log, which has it too. */
  private static Pattern console(String message) {
    return Pattern.compile("^\\[AUDIT +] " + message);
  }

  @Override
  public Pattern complaint() {
    return Pattern.compile("^\\[(WARNING|ERROR|err) *]| [WE] [A-Z]{4,5}\\d{4}[WE]: ");
  }

  /**
   * It waits for running requests before it tells any application of the stop, for 30 seconds,
   * which is also the least that {@code quiesceTimeout} of its {@code executor} can be. Our own
   * grace comes after that.
   */
  @Override
  public Duration stopping() {
    return Duration.ofSeconds(60);
  }

  /**
   * A thread of it knows the asynchronous request that it served last, and who listened to that,
   * until it serves another ({@code WebContainerRequestState}): so each application may be kept by
   * the thread that served it last. Its loggers know the class that asked for them last ({@code
   * TraceComponent}): so the loggers of an application that the JDK keeps keep one more.
   */
  @Override
  public int loadersItKeeps(int undeployments) {
    return Math.max(undeployments, 2 * AppServer.super.loadersItKeeps(undeployments));
  }

  /** Standard output gets what is important; the rest of ours is here. */
  @Override
  public List<Path> logs(Instance instance) {
    return List.of(server(instance).resolve("logs/messages.log"));
  }

  @Override
  public Path applications(Instance instance) {
    return server(instance).resolve("dropins");
  }
}
