package dev.helix.anthropic.messages;

import com.fasterxml.jackson.core.JsonToken;
import dev.helix.message.Message;
import dev.helix.openai.request.JsonRope;
import dev.helix.openai.request.JsonSlice;
import dev.helix.text.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The messages of a chat request as they are sent. Texts of a user that follow one another are one
 * message, and a system message that stands behind others is such a text: many servers take system
 * messages at the beginning only, and users and answers in turn. One for each request.
 */
final class SentMessages {
  private static final byte[] TEXT =
      "{\"role\":\"user\",\"content\":\"".getBytes(StandardCharsets.US_ASCII);

  private static final String TEXT_END = "\"}";
  private static final String REMINDER = "<system-reminder>\n";
  private static final String REMINDER_END = "\n</system-reminder>";

  private final JsonRope sent = new JsonRope();

  /** Whether a user's text is sent that has no end yet. */
  private boolean open;

  /** Adds a message as it is. */
  void add(byte[] json) {
    close();
    sent.ascii(sent.isEmpty() ? "[" : ",").add(json);
  }

  /**
   * Adds a message of the caller's, which is no leading system message.
   *
   * @param reasoning whether what a model thought is sent too
   */
  void addOwn(Message message, boolean reasoning) {
    byte[] json =
        message.isSystem()
            ? userText(REMINDER + message.text() + REMINDER_END)
            : message.sentJson(reasoning);
    boolean text =
        json.length > TEXT.length && Arrays.equals(json, 0, TEXT.length, TEXT, 0, TEXT.length);
    if (!text) {
      add(json);
      return;
    }
    int from = 0;
    if (open) {
      sent.ascii("\\n");
      from = TEXT.length;
    } else {
      sent.ascii(sent.isEmpty() ? "[" : ",");
    }
    sent.add(new JsonSlice(json, from, json.length - TEXT_END.length(), JsonToken.NOT_AVAILABLE));
    open = true;
  }

  private static byte[] userText(String text) {
    String quoted = Json.quote(text);
    byte[] inner = Json.utf8(quoted.substring(1) + "}");
    byte[] json = Arrays.copyOf(TEXT, TEXT.length + inner.length);
    System.arraycopy(inner, 0, json, TEXT.length, inner.length);
    return json;
  }

  private void close() {
    if (open) {
      sent.ascii(TEXT_END);
      open = false;
    }
  }

  /** All of them; nothing is added any more. */
  JsonRope end() {
    close();
    return sent.isEmpty() ? sent.ascii("[]") : sent.ascii("]");
  }
}
