package dev.helix.transcript;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.message.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which calls and results of a stored path go to an upstream again. */
class SentResultsTest {
  /**
   * Of {@code q} a question, of {@code A} an answer, of {@code +xy} calls, of {@code x} a result.
   */
  private static List<Message> path(String words) {
    List<Message> path = new ArrayList<>();
    for (String word : words.split(" ", -1)) {
      path.add(Message.parse(json(word).replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }
    return path;
  }

  private static String json(String word) {
    if (word.equals("q")) {
      return "{'role':'user','content':'q'}";
    }
    if (word.equals("A")) {
      return "{'role':'assistant','content':'A'}";
    }
    if (!word.startsWith("+")) {
      return "{'role':'tool','tool_call_id':'" + word + "','content':'" + word + "'}";
    }
    String calls =
        word.substring(1)
            .chars()
            .mapToObj(id -> "{'id':'" + (char) id + "','type':'function'}")
            .collect(Collectors.joining(","));
    return "{'role':'assistant','content':'" + word + "','tool_calls':[" + calls + "]}";
  }

  @ParameterizedTest
  @CsvSource({
    "q +xy x y A q, q +xy x y A q",
    "q +xy y x A, q +xy y x A",
    "q +xy x A, q A",
    "q +y x y A q, q +y y A q",
    "q x A, q A",
    "q +x q x A, q q A",
    "q +x x A x q, q +x x A q"
  })
  void result_isSentOnlyBehindItsCall(String path, String sent) {
    String texts =
        Transcript.sent(path(path), false).stream()
            .map(Message::text)
            .collect(Collectors.joining(" "));
    assertEquals(sent, texts);
  }
}
