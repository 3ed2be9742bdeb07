package dev.helix.appserver;

import dev.helix.packaging.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Apache Tomcat. It looks for new applications each second. */
final class Tomcat implements AppServer {
  private final String id;
  private final Distribution distribution;

  Tomcat(String id) {
    this.id = id;
    this.distribution = new Distribution(id);
  }

  @Override
  public boolean cutsConnections() {
    return true;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String title() {
    return "Tomcat " + distribution.version();
  }

  @Override
  public void configure(Instance instance) throws IOException {
    Path home = distribution.home();
    Path folder = instance.folder();
    InstanceFolder.copy(home.resolve("conf"), folder.resolve("conf"));
    for (String name : List.of("logs", "temp", "webapps", "lib")) {
      Files.createDirectories(folder.resolve(name));
    }
    Path server = folder.resolve("conf/server.xml");
    InstanceFolder.replace(server, "<Server port=\"8005\"", "<Server port=\"-1\"");
    InstanceFolder.replace(
        server,
        "<Connector port=\"8080\"",
        "<Connector port=\"" + instance.port() + "\" address=\"127.0.0.1\"");
    // How often it looks for applications that came or went; else each ten seconds.
    InstanceFolder.replace(
        server,
        "<Engine name=\"Catalina\"",
        "<Engine name=\"Catalina\" backgroundProcessorDelay=\"1\"");
    Deployment.DataSource source = instance.deployment().dataSource();
    if (source != null) {
      Files.copy(source.driver(), folder.resolve("lib/driver.jar"));
      InstanceFolder.replace(
          folder.resolve("conf/context.xml"),
          "</Context>",
          """
            <Resource name="%s" auth="Container" type="javax.sql.DataSource"
                      url="%s" username="%s" password="%s" maxTotal="10"/>
          </Context>
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
    return List.of("sh", distribution.home().resolve("bin/catalina.sh").toString(), "run");
  }

  @Override
  public Map<String, String> environment(Instance instance) {
    return Map.of(
        "JAVA_HOME", Built.javaHome().toString(),
        "CATALINA_HOME", distribution.home().toString(),
        "CATALINA_BASE", instance.folder().toString());
  }

  @Override
  public boolean joinsSlashes() {
    return true;
  }

  @Override
  public Pattern started() {
    return Pattern.compile("Server startup in \\[\\d+] milliseconds");
  }

  @Override
  public Pattern deployed(String application) {
    return Pattern.compile(
        "Deployment of web application archive \\[.*/" + application + "\\.war] has finished");
  }

  @Override
  public Pattern undeployed(String application) {
    return Pattern.compile("Undeploying context \\[/" + application + "]");
  }

  @Override
  public Pattern refused(String application) {
    return Pattern.compile("Context \\[/" + application + "] startup failed");
  }

  @Override
  public Path applications(Instance instance) {
    return instance.folder().resolve("webapps");
  }
}
