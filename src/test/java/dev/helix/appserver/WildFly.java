package dev.helix.appserver;

import dev.helix.packaging.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** WildFly, a single server of it. Its scanner looks for new applications each second. */
final class WildFly implements AppServer {
  private final Distribution distribution = new Distribution("wildfly");

  @Override
  public String id() {
    return "wildfly";
  }

  @Override
  public String title() {
    return "WildFly " + distribution.version();
  }

  @Override
  public void configure(Instance instance) throws IOException {
    Path base = base(instance);
    InstanceFolder.copy(distribution.home().resolve("standalone"), base);
    Path server = base.resolve("configuration/standalone.xml");
    InstanceFolder.replace(server, "scan-interval=\"5000\"", "scan-interval=\"1000\"");
    Deployment.DataSource source = instance.deployment().dataSource();
    if (source != null) {
      Files.copy(source.driver(), applications(instance).resolve("driver.jar"));
      InstanceFolder.replace(
          server,
          "<drivers>",
          """
          <datasource jndi-name="%s" pool-name="%s">
              <connection-url>%s</connection-url>
              <driver>driver.jar</driver>
              <security user-name="%s" password="%s"/>
          </datasource>
          <drivers>
          """
              .formatted(
                  jndiName(source.name()),
                  source.name(),
                  source.url().replace("&", "&amp;"),
                  source.user(),
                  source.password()));
    }
  }

  private static Path base(Instance instance) {
    return instance.folder().resolve("standalone");
  }

  /** The script and its server have no other way to be told the ports one by one. */
  @Override
  public List<String> command(Instance instance) {
    List<Integer> others = instance.otherPorts();
    return List.of(
        "sh",
        distribution.home().resolve("bin/standalone.sh").toString(),
        "-Djboss.server.base.dir=" + base(instance),
        "-b=127.0.0.1",
        "-bmanagement=127.0.0.1",
        "-Djboss.http.port=" + instance.port(),
        "-Djboss.https.port=" + others.get(0),
        "-Djboss.management.http.port=" + others.get(1));
  }

  @Override
  public Map<String, String> environment(Instance instance) {
    return Map.of(
        "JAVA_HOME", Built.javaHome().toString(), "JBOSS_HOME", distribution.home().toString());
  }

  /** Also where an application could not be deployed, which is not the server's failure. */
  @Override
  public Pattern started() {
    return Pattern.compile("WFLYSRV002[56]: ");
  }

  @Override
  public Pattern deployed(String application) {
    return Pattern.compile("WFLYSRV0010: Deployed \"" + application + "\\.war\"");
  }

  @Override
  public Pattern undeployed(String application) {
    return Pattern.compile("WFLYSRV0009: Undeployed \"" + application + "\\.war\"");
  }

  @Override
  public Pattern refused(String application) {
    return Pattern.compile("WFLYCTL0013: .*deploy.*\"" + application + "\\.war\"");
  }

  /**
   * Complaints but for those of its own: as it is published it has no name for its transactions and
   * no key for HTTPS, and of each caller who leaves an asynchronous response it tells as an error
   * that the connection is closed, whatever an application does then.
   */
  @Override
  public Pattern complaint() {
    return Pattern.compile(
        "^(?!.*\\b(WFLYTX0013|WFLYELY00023|WFLYELY01084|UT005088):)"
            + AppServer.super.complaint().pattern().substring(1));
  }

  @Override
  public boolean refusesHiddenFoldersItself() {
    return true;
  }

  /**
   * A thread of its pool that waits for work still has on its stack what it did last ({@code
   * EnhancedQueueExecutor}), and so the application that this was for.
   */
  @Override
  public int loadersItKeeps(int undeployments) {
    return 1 + AppServer.super.loadersItKeeps(undeployments);
  }

  /** Only applications that name a resource in their descriptors see it below their own names. */
  @Override
  public String jndiName(String dataSource) {
    return "java:jboss/" + dataSource;
  }

  @Override
  public Path applications(Instance instance) {
    return base(instance).resolve("deployments");
  }
}
