package dev.helix.backend.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of a secret in a reply. */
class MaskedReplyTest {
  private static final String KEY = "sk-sk-Kq3v9ZtR7xLw2Yb8NcHd5m";
  private static final String STARS = "*".repeat(KEY.length());
  private static final Duration TIME = Duration.ofSeconds(5);

  private static Secrets secrets(String key, ProxySettings proxy) {
    return new Secrets(
        new UpstreamSettings(URI.create("http://127.0.0.1/v1"), key, TIME, TIME, 1, proxy));
  }

  /** Keeps all bytes. */
  private static final class Kept extends HeardReply {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private ReplyHead head;

    @Override
    public void head(ReplyHead told) {
      head = told;
    }

    @Override
    public void data(ByteBuffer data) {
      bytes.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
    }

    private String text() {
      return bytes.toString(UTF_8);
    }
  }

  private static String passed(String text, int... cuts) {
    Kept kept = new Kept();
    MaskedReply reply = new MaskedReply(kept, secrets(KEY, null));
    byte[] bytes = text.getBytes(UTF_8);
    int from = 0;
    for (int cut : cuts) {
      // In the middle of a larger array, as a buffer of the client's may be.
      reply.data(ByteBuffer.wrap(bytes.clone(), from, cut - from).slice());
      from = cut;
    }
    reply.data(ByteBuffer.wrap(bytes, from, bytes.length - from).asReadOnlyBuffer());
    reply.end();
    return kept.text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "a%sb",
        "{\"message\":\"Bearer %s\"}\n",
        "%s%s",
        "sk-%s-sk",
        "s%ssk-sk-Kq3",
        "sk-sk-Kq3v9ZtR7xLw2Yb8NcHd5%s",
        "data: %s\n\ndata: %s\n\n"
      })
  void secret_isAsterisks_whereverTheReplyIsCut(String form) {
    String text = form.replace("%s", KEY);
    String expected = form.replace("%s", STARS);
    assertEquals(expected, passed(text));
    for (int i = 0; i <= text.length(); i++) {
      assertEquals(expected, passed(text, i));
      for (int j = i; j <= text.length(); j++) {
        assertEquals(expected, passed(text, i, j));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sk", "sk-sk-", "SK-sk-Kq3v9ZtR7xLw2Yb8NcHd5m", "data: [DONE]\n\n"})
  void whatIsNoneOfIt_passes(String text) {
    for (int i = 0; i <= text.length(); i++) {
      assertEquals(text, passed(text, i));
    }
  }

  @Test
  void whatBreaksOff_isHandedOnBefore() {
    Kept kept = new Kept();
    MaskedReply reply = new MaskedReply(kept, secrets(KEY, null));
    reply.data(ByteBuffer.wrap("so sk-sk-Kq".getBytes(UTF_8)));
    assertEquals("so ", kept.text());
    reply.failed(new BackendException(BackendException.Reason.BROKEN, "broken", null));
    assertEquals("so sk-sk-Kq", kept.text());
  }

  @Test
  void headers_areMasked_andWordsThatPassForKeysToo() {
    for (String key : new String[] {KEY, "lm-studio"}) {
      Kept kept = new Kept();
      new MaskedReply(kept, secrets(key, null))
          .head(new ReplyHead(200, Map.of("x-request-id", "for " + key, "a-" + key, "b")));
      assertEquals("for ***", kept.head.headers().get("x-request-id"));
      assertEquals(false, kept.head.toString().contains(key), kept.head.toString());
    }
  }

  @Test
  void wordsThatPassForKeys_stayInAnswers() {
    Kept kept = new Kept();
    new MaskedReply(kept, secrets("lm-studio", null))
        .data(ByteBuffer.wrap("Try lm-studio.".getBytes(UTF_8)));
    assertEquals("Try lm-studio.", kept.text());
  }

  @Test
  void credentialsOfTheProxy_areSecretsToo() {
    Secrets secrets = secrets(null, new ProxySettings("proxy", 3128, "me:open-sesame"));
    assertEquals("me *** ***", secrets.masked("me open-sesame bWU6b3Blbi1zZXNhbWU="));
    assertEquals("Secrets[2]", secrets.toString());
  }
}
