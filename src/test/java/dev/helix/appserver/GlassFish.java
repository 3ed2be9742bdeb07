package dev.helix.appserver;

import dev.helix.packaging.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Eclipse GlassFish, and Payara, which comes of it. Each instance is a copy of the domain that the
 * distribution holds.
 */
final class GlassFish implements AppServer {
  private static final String DOMAIN = "domain1";

  /** Where the configuration of the server ends and the template for further ones begins. */
  private static final String TEMPLATE = "<config name=\"default-config\"";

  /** Listeners of HTTP, HTTPS and administration. */
  private static final List<String> HTTP = List.of("8080", "8181", "4848");

  /** Listeners of CORBA. */
  private static final List<String> CORBA = List.of("3700", "3820", "3920");

  private final String id;
  private final String name;
  private final Distribution distribution;

  /**
   * One of the two.
   *
   * @param name how people call it
   */
  GlassFish(String id, String name) {
    this.id = id;
    this.name = name;
    this.distribution = new Distribution(id);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String title() {
    return name + " " + distribution.version();
  }

  @Override
  public void configure(Instance instance) throws IOException {
    Path domain = instance.folder().resolve(DOMAIN);
    InstanceFolder.copy(distribution.home().resolve("glassfish/domains").resolve(DOMAIN), domain);
    Path file = domain.resolve("config/domain.xml");
    String text = Files.readString(file);
    int template = text.indexOf(TEMPLATE);
    String server = listeners(text.substring(0, template), instance);
    // Each caller who does not read may hold 11 MB of its buffers.
    server = put(server, "-Xmx512m", "-Xmx1g");
    // Else five threads for all requests, and callers who send their bodies slowly hold them.
    server =
        put(
            server,
            "<thread-pool name=\"http-thread-pool\"",
            "<thread-pool name=\"http-thread-pool\" max-thread-pool-size=\"200\"");
    Deployment.DataSource source = instance.deployment().dataSource();
    if (source != null) {
      Path lib = Files.createDirectories(domain.resolve("lib"));
      Files.copy(source.driver(), lib.resolve("driver.jar"));
      server = with(server, source);
    }
    Files.writeString(file, server + text.substring(template));
  }

  private static String listeners(String text, Instance instance) throws IOException {
    String server = text.replace("address=\"0.0.0.0\"", "address=\"127.0.0.1\"");
    int other = 0;
    for (String port : HTTP) {
      int mine = port.equals("8080") ? instance.port() : instance.otherPorts().get(other++);
      server =
          put(
              server,
              "<network-listener port=\"" + port + "\"",
              "<network-listener address=\"127.0.0.1\" port=\"" + mine + "\"");
    }
    for (String port : CORBA) {
      int mine = instance.otherPorts().get(other++);
      server = put(server, "port=\"" + port + "\"", "port=\"" + mine + "\"");
    }
    server = put(server, "telnet.port=6666", "telnet.port=" + instance.otherPorts().get(other++));
    // Bound to an address it complains when it stops.
    server = put(server, "<jmx-connector ", "<jmx-connector enabled=\"false\" ");
    // It cannot be bound to an address.
    server = put(server, "<admin-service ", "<jms-service type=\"DISABLED\"/>\n<admin-service ");
    // Payara's alone.
    return server.replace(
        "das-port=\"4900\"",
        "das-port=\"%d\" das-bind-address=\"127.0.0.1\""
            .formatted(instance.otherPorts().get(other)));
  }

  /** What {@code asadmin create-jdbc-connection-pool} and {@code create-jdbc-resource} write. */
  private static String with(String text, Deployment.DataSource source) throws IOException {
    String server =
        put(
            text,
            "</resources>",
            """
            <jdbc-connection-pool name="helix" res-type="javax.sql.DataSource"
                                  datasource-classname="org.postgresql.ds.PGSimpleDataSource">
              <property name="url" value="%s"/>
              <property name="user" value="%s"/>
              <property name="password" value="%s"/>
            </jdbc-connection-pool>
            <jdbc-resource pool-name="helix" jndi-name="%s"/>
            </resources>
            """
                .formatted(
                    source.url().replace("&", "&amp;"),
                    source.user(),
                    source.password(),
                    source.name()));
    return put(server, "</server>", "<resource-ref ref=\"%s\"/></server>".formatted(source.name()));
  }

  private static String put(String text, String anchor, String replacement) throws IOException {
    if (!text.contains(anchor)) {
      throw new IOException("domain.xml does not have " + anchor);
    }
    return text.replace(anchor, replacement);
  }

  @Override
  public List<String> command(Instance instance) {
    return List.of(
        "sh",
        distribution.home().resolve("bin/asadmin").toString(),
        "start-domain",
        "--verbose",
        "--domaindir",
        instance.folder().toString(),
        DOMAIN);
  }

  @Override
  public Map<String, String> environment(Instance instance) {
    String home = Built.javaHome().toString();
    return Map.of("JAVA_HOME", home, "AS_JAVA", home);
  }

  /**
   * Two complaints are none of the application's. The domain brings certificates of authorities,
   * and says with the first deployment which of them have expired meanwhile. And Payara itself may
   * load the JDBC drivers in an application, which it then says the application has done.
   */
  @Override
  public Pattern complaint() {
    return Pattern.compile(
        "\\b(SEVERE|WARNING)\\b(?!.*(system\\.security\\.ssl|jakarta\\.enterprise\\.web\\.util))");
  }

  /** Payara refuses such a request, and GlassFish writes blanks in such a response. */
  @Override
  public boolean passesHeaderBytes() {
    return false;
  }

  /** Its network is the first thing that it stops; {@code asadmin disable} before lets them end. */
  @Override
  public boolean finishesRequestsAtStop() {
    return false;
  }

  @Override
  public Pattern started() {
    return Pattern.compile("startup time ?:.*total");
  }

  @Override
  public Pattern deployed(String application) {
    return autodeployed("Successfully autodeployed", application);
  }

  @Override
  public Pattern undeployed(String application) {
    return autodeployed("Successfully autoundeployed", application);
  }

  @Override
  public Pattern refused(String application) {
    return autodeployed("Autodeploy failed", application);
  }

  private static Pattern autodeployed(String what, String application) {
    return Pattern.compile("\\[AutoDeploy] " + what + " : .*/" + application + "\\.war");
  }

  /** GlassFish selects the file again as soon as it has refused it; Payara waits for another. */
  @Override
  public void dismiss(Instance instance, String application) throws IOException {
    undeploy(instance, application);
  }

  /**
   * GlassFish 7.0 keeps each: its {@code ApplicationInfo} stays among the listeners of its events,
   * with any application. Heap dumps show nothing else.
   */
  @Override
  public int loadersItKeeps(int undeployments) {
    int kept = AppServer.super.loadersItKeeps(undeployments);
    return id.equals("glassfish") ? undeployments + kept : kept;
  }

  @Override
  public Path applications(Instance instance) {
    return instance.folder().resolve(DOMAIN).resolve("autodeploy");
  }
}
