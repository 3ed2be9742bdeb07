package dev.helix.store.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.scripted.JavaProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** The program strace, which counts what a process asks of the system, or ends it there. */
final class Strace {
  /** An option: calls that are not asked for are not stopped at. They are not counted alike. */
  static final String SECCOMP = "--seccomp-bpf";

  private Strace() {}

  /** Skips the test where it is not there. */
  static void require() {
    try {
      Process process =
          new ProcessBuilder("strace", "-f", SECCOMP, "-qq", "true")
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new TestAbortedException("strace does not work: " + said);
      }
    } catch (IOException e) {
      throw new TestAbortedException("there is no strace: " + e.getMessage());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A Java program of this class path, of which some system calls are written to a file. */
  static ProcessBuilder java(Path trace, List<String> options, Class<?> main, String... words) {
    List<String> command = new ArrayList<>(List.of("strace", "-f", "-qq", "-y"));
    command.addAll(options);
    command.addAll(List.of("-o", trace.toString()));
    command.addAll(JavaProgram.command(main, List.of(), words));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }
}
