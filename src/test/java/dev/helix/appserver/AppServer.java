package dev.helix.appserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A kind of app server: how one that was unpacked is set up, started, and given applications.
 * Immutable. It is used as its distribution holds it, but for where it listens and where its own
 * files are.
 */
public interface AppServer {

  /** How it is called on the command line and in folders, such as {@code tomcat10}. */
  String id();

  /** How people call it, with its version. */
  String title();

  /** Fills the instance's folder, with its deployment in it. */
  void configure(Instance instance) throws IOException;

  /** What starts it and stays until it ends. */
  List<String> command(Instance instance);

  /** Variables that the command needs. */
  default Map<String, String> environment(Instance instance) {
    return Map.of();
  }

  /** Found in a line that it writes when it has started. */
  Pattern started();

  /** Found in a line that it writes when an application has been deployed and can be used. */
  Pattern deployed(String application);

  /** Found in a line that it writes when an application that was there has been taken away. */
  Pattern undeployed(String application);

  /** Found in a line that it writes when an application could not be deployed. */
  Pattern refused(String application);

  /** Found in lines in which it complains. */
  default Pattern complaint() {
    // Lines that begin with it are the JVM's own, about the server's native library.
    return Pattern.compile("^(?!WARNING: ).*\\b(SEVERE|WARN|WARNING|ERROR)\\b");
  }

  /**
   * Whether it answers by itself, and not with the application's error page, when somebody asks for
   * what is in {@code WEB-INF} or {@code META-INF}. A WAR cannot change that where it is so.
   */
  default boolean refusesHiddenFoldersItself() {
    return false;
  }

  /**
   * Whether bytes beyond ASCII in a request's headers reach an application, and come back in those
   * of its response. Where they do not, the server refuses the one or replaces the other by itself.
   */
  default boolean passesHeaderBytes() {
    return true;
  }

  /**
   * Whether it lets running requests end when it is told to stop. Else it closes all connections
   * first, and no application can do anything about it.
   */
  default boolean finishesRequestsAtStop() {
    return true;
  }

  /** Whether several slashes in a path are one to it. */
  default boolean joinsSlashes() {
    return false;
  }

  /** Whether an application can have the connection of a caller cut behind a response's head. */
  default boolean cutsConnections() {
    return false;
  }

  /** How an application calls the data source of this name. */
  default String jndiName(String dataSource) {
    return dataSource;
  }

  /** How long it may take to stop where requests run that do not end by themselves. */
  default Duration stopping() {
    return Duration.ofSeconds(30);
  }

  /** The files that it logs to, beside its output. They may not exist. */
  default List<Path> logs(Instance instance) {
    return List.of();
  }

  /** The folder whose WARs it deploys, also while it runs. */
  Path applications(Instance instance);

  /** Gives it an application, whose context path is its name, while it runs or before. */
  default void deploy(Instance instance, String application, Path war) throws IOException {
    // Beside it first: a server may look at any time.
    Path whole = Files.copy(war, instance.folder().resolve(application + ".war.part"));
    Path folder = Files.createDirectories(applications(instance));
    Files.move(whole, folder.resolve(application + ".war"), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Takes an application away while it runs. */
  default void undeploy(Instance instance, String application) throws IOException {
    Files.delete(applications(instance).resolve(application + ".war"));
  }

  /** Takes away what it has refused, where it would else try that again without an end. */
  default void dismiss(Instance instance, String application) throws IOException {}

  /**
   * How many class loaders of applications stay, at most, after so many have been taken away: those
   * that the JDK keeps, and the server by itself whatever the application was. Before 18 the JDK
   * keeps what made the last record's {@code toString} (JDK-8078641): one, however often
   * applications are deployed.
   */
  default int loadersItKeeps(int undeployments) {
    return Runtime.version().feature() < 18 ? 1 : 0;
  }
}
