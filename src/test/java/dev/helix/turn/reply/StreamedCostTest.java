package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.helix.message.AnswerStatus;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A stream costs what it is long, whatever it is made of. */
class StreamedCostTest {
  private final StreamedReply reply = new StreamedReply(Long.MAX_VALUE, 1);

  private void chunk(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    reply.add(bytes, bytes.length);
  }

  static Stream<Arguments> chunksThatGoOnAndOn() {
    String choice = "{\"choices\":[{\"index\":0,%s}]}";
    return Stream.of(
            "\"message\":{\"content\":\"word %d \"}",
            "\"delta\":{\"content\":\"a\",\"n\":%d},\"message\":{\"content\":\"b\"}",
            "\"delta\":{\"content\":\"a\",\"n\":%d},\"message\":{\"content\":\"b\"},\"finish_reason\":\"stop\"",
            "\"delta\":{\"content\":\" \",\"n\":%d},\"message\":{\"content\":\"b\"}",
            "\"message\":{\"content\":[{\"type\":\"%d\"}]},\"finish_reason\":\"stop\"",
            "\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"%d\"}]}",
            "\"delta\":{\"images\":[{\"index\":%d}]}",
            "\"delta\":{\"images\":[{\"type\":\"t%d\"}]}",
            "\"delta\":{\"tool_calls\":[{\"index\":%d}]}",
            "\"delta\":{\"tool_calls\":[{\"id\":\"c%d\"}]}",
            "\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"n%d\"}}]}",
            "\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":{\"a\":%d}}}]}",
            "\"delta\":{\"function_call\":{\"name\":\"n%d\"}}")
        .map(choice::formatted)
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource("chunksThatGoOnAndOn")
  @Timeout(20)
  void piecesOfAnyKind_costWhatTheyAre_howeverManyCameBefore(String chunk) {
    String[] around = chunk.split("%d", 2);
    String behind = around.length > 1 ? around[1] : "";
    for (int i = 0; i < 100_000; i++) {
      chunk(behind.isEmpty() ? chunk : around[0] + i + behind);
      reply.isOver();
    }
    assertEquals(1, reply.answers(AnswerStatus.FAILED).size());
  }

  @Test
  @Timeout(20)
  void manyFieldsThatSayNothing_areNotLookedAtWithEachPiece() {
    chunk(
        IntStream.range(0, 20_000)
            .mapToObj(i -> "\"n" + i + "\":false")
            .collect(
                Collectors.joining(
                    ",", "{\"choices\":[{\"delta\":{", "},\"finish_reason\":\"stop\"}]}")));
    for (int i = 0; i < 300_000; i++) {
      assertFalse(reply.isOver());
    }
  }
}
