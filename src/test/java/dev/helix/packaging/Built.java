package dev.helix.packaging;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files that the build has made for the integration tests, named by system properties. */
public final class Built {
  private Built() {}

  /** The WAR. */
  public static Path war() {
    return path("helix.war");
  }

  /** The jar with the filter's classes. */
  static Path filterJar() {
    return path("helix.filter.jar");
  }

  /** The Java that runs this test, which is also the one that runs the servers. */
  public static Path javaHome() {
    return Path.of(System.getProperty("java.home"));
  }

  public static String java() {
    return javaHome().resolve("bin/java").toString();
  }

  /**
   * What the JVMs of servers are given, by the system property {@code helix.jvm.options}; nothing
   * where that is not set, as where they are measured.
   */
  public static List<String> jvmOptions() {
    String options = System.getProperty("helix.jvm.options", "");
    return options.isEmpty() ? List.of() : List.of(options.split(" ", -1));
  }

  private static Path path(String property) {
    String value = System.getProperty(property);
    if (value == null || !Files.exists(Path.of(value))) {
      throw new IllegalStateException(property + " names no file; mvn verify sets it: " + value);
    }
    return Path.of(value);
  }
}
