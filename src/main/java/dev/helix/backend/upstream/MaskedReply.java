package dev.helix.backend.upstream;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.text.ByteSearch;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Hands a reply on without the secrets that the upstream sends back: a mask stands in the place of
 * each in the head, and as many asterisks in the body, whose length stays what the head says. What
 * may be the beginning of one waits for what follows. Called by one thread at a time.
 */
final class MaskedReply implements ReplyReceiver {
  private final ReplyReceiver receiver;
  private final Secrets secrets;
  private byte[] waiting = {};

  MaskedReply(ReplyReceiver receiver, Secrets secrets) {
    this.receiver = receiver;
    this.secrets = secrets;
  }

  @Override
  public void sent() {
    receiver.sent();
  }

  @Override
  public void head(ReplyHead head) {
    Map<String, String> headers = new LinkedHashMap<>();
    head.headers()
        .forEach((name, value) -> headers.put(secrets.masked(name), secrets.masked(value)));
    receiver.head(new ReplyHead(head.status(), headers));
  }

  @Override
  public void data(ByteBuffer data) {
    if (secrets.random().isEmpty()) {
      receiver.data(data);
      return;
    }
    ByteBuffer bytes = behindWaiting(data);
    int from = bytes.arrayOffset() + bytes.position();
    int end = from + bytes.remaining();
    int begun = 0;
    for (byte[] secret : secrets.random()) {
      hide(secret, bytes.array(), from, end);
      begun = Math.max(begun, begunAt(end, secret, bytes.array(), from));
    }
    if (begun > 0) {
      waiting = Arrays.copyOfRange(bytes.array(), end - begun, end);
      bytes.limit(bytes.limit() - begun);
    }
    if (bytes.hasRemaining()) {
      receiver.data(bytes);
    }
  }

  private ByteBuffer behindWaiting(ByteBuffer data) {
    if (waiting.length == 0 && data.hasArray() && !data.isReadOnly()) {
      return data;
    }
    byte[] both = Arrays.copyOf(waiting, waiting.length + data.remaining());
    data.get(both, waiting.length, data.remaining());
    waiting = new byte[0];
    return ByteBuffer.wrap(both);
  }

  /** Looks for the last byte, which is as rare as any; the first ones are those of many texts. */
  private static void hide(byte[] secret, byte[] bytes, int from, int end) {
    byte last = secret[secret.length - 1];
    int at = from + secret.length - 1;
    while (at < end) {
      at = ByteSearch.indexOf(last, last, bytes, at, end);
      int start = at - secret.length + 1;
      if (at < end
          && Arrays.equals(secret, 0, secret.length, bytes, start, start + secret.length)) {
        Arrays.fill(bytes, start, start + secret.length, (byte) '*');
      }
      at++;
    }
  }

  /** How much of a secret the bytes end with, but not all of it. */
  private static int begunAt(int end, byte[] secret, byte[] bytes, int from) {
    for (int length = Math.min(secret.length - 1, end - from); length > 0; length--) {
      if (bytes[end - length] == secret[0]
          && Arrays.equals(secret, 0, length, bytes, end - length, end)) {
        return length;
      }
    }
    return 0;
  }

  private void handOnWaiting() {
    if (waiting.length > 0) {
      receiver.data(ByteBuffer.wrap(waiting));
      waiting = new byte[0];
    }
  }

  @Override
  public void end() {
    handOnWaiting();
    receiver.end();
  }

  @Override
  public void failed(BackendException cause) {
    handOnWaiting();
    receiver.failed(cause);
  }
}
