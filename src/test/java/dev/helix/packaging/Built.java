package dev.helix.packaging;

import java.nio.file.Files;
import java.nio.file.Path;

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

  private static Path path(String property) {
    String value = System.getProperty(property);
    if (value == null || !Files.exists(Path.of(value))) {
      throw new IllegalStateException(property + " names no file; mvn verify sets it: " + value);
    }
    return Path.of(value);
  }
}
