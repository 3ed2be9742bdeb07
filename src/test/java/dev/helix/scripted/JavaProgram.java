package dev.helix.scripted;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A class with a {@code main} of this class path, as a process of its own. No state. */
public final class JavaProgram {
  private JavaProgram() {}

  /**
   * What runs it, in a JVM for a short life: one compiler of the JIT, one thread that collects
   * garbage, no file for those who watch it.
   *
   * @param options further ones of the JVM's
   */
  public static List<String> command(Class<?> main, List<String> options, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
