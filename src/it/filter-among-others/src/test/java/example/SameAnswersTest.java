package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With the filter an application answers as it does without it. */
class SameAnswersTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void requestsNamedInAHeader_areAnsweredAlike_andHaveTheirSession(ServerKind kind)
      throws Exception {
    assertEquals("", differences(kind, "X-Conversation-ID", "trip"));
  }

  @ParameterizedTest
  @EnumSource
  void requestsNamedByTheirBody_areAnsweredAlike(ServerKind kind) throws Exception {
    assertEquals("", differences(kind));
  }

  private String differences(ServerKind kind, String... headers) throws Exception {
    Path base = Files.createDirectory(folder.resolve("base"));
    List<String> found = new ArrayList<>();
    try (ServerKind.Running plain = kind.start(new Application(null), base);
        ServerKind.Running filtered =
            kind.start(new Application(folder.resolve("sessions")), base)) {
      for (Sent sent : Sent.all()) {
        String without = sent.send(plain.port(), headers).compared();
        Answer answer = sent.send(filtered.port(), headers);
        String with = answer.compared();
        // Where a server, or another filter, has thrown the body away, this one may still have it.
        if (!with.equals(without) && !with.replaceFirst("[0-9a-f]{20,}$", "").equals(without)) {
          found.add(sent + "\n  without: " + without + "\n  with:    " + with);
        }
        // Undertow clears the headers where something was thrown.
        boolean kept = answer.status() < 500;
        if (kept && headers.length > 0 && !answer.headers().containsKey("x-session-id")) {
          found.add(sent + " has no session");
        }
      }
    }
    return String.join("\n", found);
  }
}
