package dev.helix.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.message.Message;
import dev.helix.transcript.MessageIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An image of 20 MB that is sent again with every turn. */
class LargeImageTest extends PlacingTest {
  @Test
  void largeImage_isStoredOnce_andCostsLittleAfterThat() throws Exception {
    int size = 20 << 20;
    byte[] json =
        ("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Q1\"},{\"type\":\"image_url\","
                + "\"image_url\":{\"url\":\"data:image/png;base64,"
                + "QUJD".repeat(size / 4)
                + "\"}}]}")
            .getBytes(UTF_8);
    Path file = directory.resolve("conv-c/context/messages.json");
    List<Message> later = new ArrayList<>();
    long slowest = 0;
    for (int i = 1; i <= 5; i++) {
      List<Message> request = new ArrayList<>(List.of(Message.parse(json)));
      request.addAll(later);
      MessageIds ids = ids("u" + i, i == 1 ? null : "a" + (i - 1), "a" + i);
      SessionState session = sessions.session("c");
      long start = ProcessorTime.nanos();
      OpenTurn turn =
          sessions
              .manager()
              .beginTurn(
                  session, new TurnRequest(request, HistoryMode.CLIENT, SentHistory.ALL, ids));
      slowest = i == 1 ? 0 : Math.max(slowest, ProcessorTime.nanos() - start);
      end(turn, "A" + i);
      later.add(Message.of("assistant", "A" + i));
      later.add(Message.of("user", "Q" + (i + 1)));
    }
    assertEquals(10, sessions.transcript("c").messages().size());
    assertTrue(Files.size(file) < size + 10_000, Files.size(file) + " bytes");
    assertTrue(slowest < 1_000_000_000L, slowest + " ns");
    end(begin("user: Q2"), "B");
    assertTrue(Files.size(file) < size + 10_000, Files.size(file) + " bytes");
  }
}
