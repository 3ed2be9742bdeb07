package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.scripted.JavaProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an upstream says is bounded in memory, whatever it is. */
class HostileRepliesTest {
  /**
   * Twenty times what is kept, which is less than any of the replies took where nothing counted.
   */
  private static final String HEAP = "-Xmx40m";

  private static Map<String, String> read() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(JavaProgram.command(HostileReplies.class, List.of(HEAP)))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Map<String, String> read = new LinkedHashMap<>();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        String[] both = line.split(": ", 2);
        read.put(both[0], both[1]);
      }
    } finally {
      process.destroy();
    }
    assertEquals(0, process.waitFor(), "behind " + read);
    return read;
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void replyThatIsMadeToFillTheHeap_isKeptAsFarAsTheLimit_andPassesAllTheSame() throws Exception {
    Map<String, String> read = read();
    for (String name : HostileReplies.streams().keySet()) {
      boolean kept = name.startsWith("logprobs") || name.equals("a name in pieces");
      assertEquals("MORE passed true " + (kept ? "completed" : "failed"), read.get(name), name);
      boolean fits = name.equals("a name in pieces");
      assertEquals(fits ? "MORE" : "TOO_LONG", read.get(name + ", assembled"), name);
    }
    for (String name : HostileReplies.bodies().keySet()) {
      assertEquals("passed true", read.get("an event of " + name), name);
      assertTrue(
          read.get("a body of " + name).startsWith(name.equals("no answer") ? "none" : "true"));
    }
    for (String name : new String[] {"choices", "messages", "empty objects", "calls"}) {
      assertEquals("true cut", read.get("a body of " + name));
    }
    assertEquals("true read chunk of true", read.get("a body of empty objects beside"));
    assertEquals("true read chunk of true", read.get("a body of logprobs"));
  }
}
