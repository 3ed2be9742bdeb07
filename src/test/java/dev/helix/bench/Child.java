package dev.helix.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.zaxxer.hikari.HikariDataSource;
import dev.helix.session.SessionStore;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postgresql.Driver;
import org.slf4j.Logger;
import org.slf4j.jul.JULServiceProvider;

/**
 * A part of the benchmark that runs as a process of its own, and what it prints. Not thread-safe.
 */
final class Child implements AutoCloseable {
  private final String name;
  private final Process process;
  private final BufferedReader out;

  private Child(String name, Process process) {
    this.name = name;
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  static Child start(Class<?> main, String... arguments) throws IOException {
    return start(main.getName(), classPath(), List.of(), List.of(arguments));
  }

  /**
   * One that has all that is on this program's class path, whose libraries only a profile brings.
   *
   * @param options for its JVM
   */
  static Child startWithAll(String main, List<String> options, List<String> arguments)
      throws IOException {
    return start(main, System.getProperty("java.class.path"), options, arguments);
  }

  private static Child start(
      String main, String classPath, List<String> options, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new Child(main.substring(main.lastIndexOf('.') + 1), builder.start());
  }

  // Not java.class.path: a build tool that runs the benchmark may have class loaders of its own.
  private static String classPath() {
    Set<String> entries = new LinkedHashSet<>();
    for (Class<?> one :
        List.of(
            Child.class,
            SessionStore.class,
            JsonMapper.class,
            JsonFactory.class,
            JsonInclude.class,
            HikariDataSource.class,
            Driver.class,
            Logger.class,
            JULServiceProvider.class)) {
      try {
        entries.add(
            Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
      } catch (URISyntaxException e) {
        throw new IllegalStateException(e);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  /** The next line; a process that ends without one has failed, and so has the benchmark. */
  String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new IllegalStateException(name + " failed; its own message is above");
    }
    return line;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
