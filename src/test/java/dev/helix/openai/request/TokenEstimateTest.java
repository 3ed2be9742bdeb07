package dev.helix.openai.request;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.Message;
import dev.helix.text.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenEstimateTest {
  private static final long LAYOUT = 4;

  @Test
  void aText_isAQuarterOfItsCharacters_andWhatTheLayoutTakes() {
    Message question = Message.of("user", "abcdefgh".repeat(100));

    assertEquals(LAYOUT + 200, TokenEstimate.of(List.of(question), false, 0));
    assertEquals(LAYOUT + 201, TokenEstimate.of(List.of(question), false, 1));
  }

  @Test
  void anImage_isAThousand_whateverItsSize() {
    String url = "data:image/png;base64," + "A".repeat(1 << 20);
    Message shown =
        Message.parse(
            Json.utf8(
                "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                    + url
                    + "\"}}]}"));

    assertEquals(LAYOUT + 1000, TokenEstimate.of(List.of(shown), false, 0));
  }

  @Test
  void thoughts_countWhereTheyAreSent() {
    Message answer =
        Message.parse(
            Json.utf8(
                "{\"role\":\"assistant\",\"content\":\"Yes.\",\"reasoning_content\":\"12345678\"}"));

    assertEquals(LAYOUT + 1, TokenEstimate.of(List.of(answer), false, 0));
    assertEquals(LAYOUT + 3, TokenEstimate.of(List.of(answer), true, 0));
  }
}
