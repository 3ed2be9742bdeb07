package dev.helix.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.HttpConversation;
import dev.helix.scripted.RawClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From its head on an answer is under the idle time, however its end is announced. */
class StalledAnswerTest {
  private static final Map<String, String> IDLE_SOON_FIRST_BYTE_LATE =
      Map.of(
          "helix.timeout.idle",
          "300ms",
          "helix.timeout.first-byte",
          "10m",
          "helix.sse.commit-after",
          "10m");

  @TempDir Path sessions;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void bodyOfKnownLengthThatStallsHalfway_isEndedByTheIdleTime(boolean streamAsked)
      throws Exception {
    String answer = Completions.completion("Never whole");
    stalls(streamAsked, answer.substring(0, answer.length() / 2), answer.length());
  }

  @Test
  void bodyOfKnownLengthThatNeverBegins_isEndedByTheIdleTime() throws Exception {
    stalls(false, "", 400);
  }

  private void stalls(boolean streamAsked, String half, int length) throws Exception {
    try (WholeApplication application = new WholeApplication(sessions, IDLE_SOON_FIRST_BYTE_LATE)) {
      HttpConversation http =
          new HttpConversation(application.url(), "X-Conversation-ID", "stalled");
      try (RawClient client = streamAsked ? http.stream("All of it?") : http.ask("All of it?")) {
        client.deadline(Duration.ofSeconds(5));
        Call call = application.upstream().next();
        call.raw(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + length
                + "\r\n\r\n"
                + half);
        // Half an answer has been paid for: nobody is to ask for it again.
        Errors.check(half.isEmpty() ? 504 : 424, "upstream_timeout", client.response());
        call.awaitClosedByPeer(Duration.ofSeconds(5));
      }
    }
    assertEquals(
        "user:All of it?",
        new StoredSession(sessions, "conv-stalled").said().get(0),
        "the question is kept");
  }
}
