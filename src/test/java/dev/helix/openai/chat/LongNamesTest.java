package dev.helix.openai.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.scripted.JavaProgram;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No name that somebody sent is held when what it stood in was read. */
class LongNamesTest {
  @Test
  @Timeout(60)
  void namesThatNobodySentBefore_areNotKept() throws Exception {
    Process process =
        new ProcessBuilder(JavaProgram.command(LongNames.class, List.of("-Xmx48m")))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(List.of("refused 100", "passed over 1800"), said.lines().toList());
    assertEquals(0, process.waitFor());
  }
}
