package dev.helix.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.scripted.JavaProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a caller says of itself is never looked up. */
class LoopbackNamesTest {
  private static final String[] NAMES = {"x:y", "[x:y]", "www.example.org:x", "x:1:2", "v6::x"};

  @TempDir Path folder;

  /** In another JVM, which would find every one of the names, on this very machine. */
  @Test
  @Timeout(60)
  void textThatIsNoAddress_isNoNameEither() throws Exception {
    Path hosts = folder.resolve("hosts");
    Files.writeString(
        hosts, "127.0.0.1 x:y\n127.0.0.1 www.example.org:x\n127.0.0.1 x:1:2\n127.0.0.1 v6::x\n");
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                JavaProgram.command(
                    LoopbackNamesTest.class, List.of("-Djdk.net.hosts.file=" + hosts)))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      process.waitFor(30, TimeUnit.SECONDS);
      assertEquals("[]\n", Files.readString(out, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  /** Prints which of the names were taken for this machine. */
  public static void main(String[] arguments) {
    System.out.print(
        Arrays.stream(NAMES)
                .filter(name -> LoopbackFilter.isAddress(name) || LoopbackFilter.isHost(name))
                .toList()
            + "\n");
  }
}
