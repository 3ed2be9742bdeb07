package dev.helix.openai.chat;

import static dev.helix.session.ProcessorTime.assertAtMost;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.http.InvalidRequestException;
import dev.helix.reliability.CountedTests;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of nothing but names that are all different. */
@ExtendWith(CountedTests.class)
class ManyNamesTest {
  private static final int BYTES = 60_000_000;
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String MESSAGE = "{\"role\":\"user\",\"content\":\"Hi\"}";

  private static byte[] body(String begin, String end) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(BYTES + 1000);
    body.writeBytes(begin.getBytes(US_ASCII));
    for (int i = 0; body.size() < BYTES; i++) {
      body.writeBytes(("\"" + Integer.toString(i, 36) + "\":1,").getBytes(US_ASCII));
    }
    body.writeBytes(end.getBytes(US_ASCII));
    return body.toByteArray();
  }

  private static InvalidRequestException refused(byte[] body) {
    return assertThrows(InvalidRequestException.class, () -> ChatRequestReader.read(body));
  }

  @Test
  void namesWithinAFieldThatOnlyTheUpstreamReads_costWhatTheirBytesCost() {
    byte[] body = body("{\"messages\":[" + MESSAGE + "],\"metadata\":{", "\"~\":1}}");
    assertAtMost(SOON, () -> assertEquals(1, ChatRequestReader.read(body).messages().size()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"messages\":[" + MESSAGE + "],", "{\"messages\":[{\"role\":\"user\","})
  void namesThatAreLookedAt_areBounded(String begin) {
    byte[] body = body(begin, "");
    assertAtMost(Duration.ofSeconds(1), () -> assertEquals(400, refused(body).error().status()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"a\",\"model\":\"b\",\"messages\":[{\"role\":\"user\"}]}",
        "{\"messages\":[{\"role\":\"user\"}],\"messages\":[]}",
        "{\"messages\":[{\"role\":\"user\",\"role\":\"system\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"cont\\u0065nt\":\"b\"}]}"
      })
  void fieldThatComesTwice_isRefused_whereItIsRead(String body) {
    InvalidRequestException refused = refused(body.getBytes(US_ASCII));
    assertEquals("invalid_json", refused.error().code());
    assertTrue(refused.error().message().contains("Duplicate field"), refused.error().message());
  }

  @Test
  void fieldThatComesTwiceElsewhere_isTheUpstreams() throws InvalidRequestException {
    String body = "{\"messages\":[" + MESSAGE + "],\"metadata\":{\"a\":1,\"a\":2}}";
    assertEquals(1, ChatRequestReader.read(body.getBytes(US_ASCII)).messages().size());
  }
}
