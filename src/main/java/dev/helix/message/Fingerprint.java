package dev.helix.message;

import dev.helix.text.DataUrlCut;
import dev.helix.text.NormalizedText;
import dev.helix.text.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What two messages have in common that are equal to the walk: 128 bits of SHA-256 over the role
 * and what is said. Immutable.
 *
 * <p>Layout, escapes and the order of keys do not count; nor do white space at the ends of a text,
 * the difference between {@code null}, {@code ""} and no content, between a text and a single text
 * part, and what {@link NormalizedText} leaves out. Tool calls count by their ids, and with them
 * nothing else. Whatever upstreams add to a reply, and clients leave out when they resend it, is
 * ignored. Specification section 4.
 *
 * @param empty whether nothing is said at all
 * @param calls whether it is an assistant's message that calls tools
 */
public record Fingerprint(long high, long low, boolean empty, boolean calls) {
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

  static Fingerprint of(Message given) {
    Message message = withoutData(given);
    MessageDigest digest = Sha256.begin();
    digest.update(message.role().getBytes(StandardCharsets.UTF_8));
    ByteBuffer text = PlainText.of(message);
    if (text != null) {
      update(digest, CONTENT, 's', text);
      return end(digest, false, false);
    }
    FingerprintBuilder said = FingerprintBuilder.by(message);
    said.whatCounts()
        .forEach(
            (name, value) ->
                update(
                    digest,
                    name.getBytes(StandardCharsets.UTF_8),
                    value.kind(),
                    ByteBuffer.wrap(value.bytes())));
    return end(digest, said.nothing(), said.callsTools());
  }

  /** An answer with digests in place of images, as a transcript may have them. */
  private static Message withoutData(Message message) {
    int end = message.offset() + message.length();
    return message.isAssistant() && DataUrlCut.hasData(message.buffer(), message.offset(), end)
        ? Message.parse(
            DataUrlCut.of(Arrays.copyOfRange(message.buffer(), message.offset(), end), 0))
        : message;
  }

  /** A field, with its length, so that no two sequences of them are alike. */
  private static void update(MessageDigest digest, byte[] name, char kind, ByteBuffer value) {
    byte[] before = new byte[name.length + 7];
    System.arraycopy(name, 0, before, 1, name.length);
    before[name.length + 2] = (byte) kind;
    ByteBuffer.wrap(before).putInt(name.length + 3, value.remaining());
    digest.update(before);
    digest.update(value.duplicate());
  }

  private static Fingerprint end(MessageDigest digest, boolean empty, boolean calls) {
    ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
    return new Fingerprint(bytes.getLong(), bytes.getLong(), empty, calls);
  }

  // By hand, as each message of a request is looked up by it several times.
  @Override
  public boolean equals(Object other) {
    return other instanceof Fingerprint that
        && low == that.low
        && high == that.high
        && empty == that.empty
        && calls == that.calls;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(low);
  }
}
