package dev.helix.appserver;

import dev.helix.packaging.Built;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an app server is given. Immutable.
 *
 * @param applications WARs by the names that become their context paths; the first is the one that
 *     {@link RunningServer#url()} means
 * @param environment variables to add to the server's, such as {@code HELIX_UPSTREAM_URL}
 * @param jvmOptions of its JVM, such as {@code -Dkey=value}; without blanks
 * @param dataSource one that the server offers its applications, or null
 */
public record Deployment(
    Map<String, Path> applications,
    Map<String, String> environment,
    List<String> jvmOptions,
    DataSource dataSource) {

  /**
   * A database behind a JNDI name.
   *
   * @param name below {@code java:comp/env} where the server can, such as {@code jdbc/helix}
   * @param driver the driver's jar
   */
  public record DataSource(String name, String url, String user, String password, Path driver) {}

  /** The WAR that was built, as {@code helix-sessions}, with settings from the environment. */
  public static Deployment of(Map<String, String> environment) {
    return of("helix-sessions", Built.war(), environment);
  }

  /** A WAR of this name. */
  public static Deployment of(String name, Path war, Map<String, String> environment) {
    return new Deployment(Map.of(name, war), environment, List.of(), null);
  }

  /** The same and another application. */
  public Deployment and(String name, Path war) {
    Map<String, Path> all = new LinkedHashMap<>(applications);
    all.put(name, war);
    return new Deployment(all, environment, jvmOptions, dataSource);
  }

  /** The same and another variable. */
  public Deployment andEnvironment(String variable, String value) {
    Map<String, String> all = new HashMap<>(environment);
    all.put(variable, value);
    return new Deployment(applications, all, jvmOptions, dataSource);
  }

  /** The same with these options of the JVM. */
  public Deployment withJvmOptions(String... options) {
    return new Deployment(applications, environment, List.of(options), dataSource);
  }

  /** The same with a data source. */
  public Deployment with(DataSource source) {
    return new Deployment(applications, environment, jvmOptions, source);
  }

  String first() {
    return applications.keySet().iterator().next();
  }
}
