package dev.helix.backend.upstream;

import dev.helix.backend.BackendException;
import dev.helix.backend.BackendException.Reason;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipException;

/**
 * Hands a reply on without the compression that it came with. What it hands on of a body that turns
 * out to be damaged stays handed on. Called by one thread at a time, and for {@link #asked} by any.
 */
final class PlainReply implements ReplyReceiver {
  private static final String ENCODING = "content-encoding";
  private static final String LENGTH = "content-length";

  private final ReplyReceiver receiver;
  private final boolean asItIs;
  private Decompression decompression;

  /** Whether the body says nothing to us: that of an error, compressed in an unknown way. */
  private boolean mute;

  private volatile boolean over;

  /** How many bytes came that were not asked for again, compressed. */
  private int came; // guarded by this

  /** How many of those that were handed on were not asked for again. */
  private long handed; // guarded by this

  /** A receiver for another, which wants the reply as it came or without its compression. */
  PlainReply(ReplyReceiver receiver, boolean asItIs) {
    this.receiver = receiver;
    this.asItIs = asItIs;
  }

  /** Whether the receiver has been told of the end. */
  boolean isOver() {
    return over;
  }

  @Override
  public void head(ReplyHead head) {
    String encoding = asItIs ? "" : head.header(ENCODING).orElse("");
    Map<String, String> plain = new HashMap<>(head.headers());
    plain.remove(ENCODING);
    plain.remove(LENGTH);
    try {
      decompression = Decompression.of(encoding);
    } catch (ZipException unknown) {
      mute = head.status() < 200 || head.status() > 299;
      if (!mute) {
        fail(Reason.UNREADABLE, "The upstream's answer is compressed in a way that is not read.");
        return;
      }
    }
    receiver.head(decompression == null && !mute ? head : new ReplyHead(head.status(), plain));
  }

  @Override
  public void data(ByteBuffer bytes) {
    if (over || mute) {
      return;
    }
    if (decompression == null) {
      receiver.data(bytes);
      return;
    }
    byte[] compressed = new byte[bytes.remaining()];
    bytes.get(compressed);
    add(compressed.length, 0);
    try {
      decompression.feed(
          compressed,
          plain -> {
            add(0, plain.remaining());
            receiver.data(plain);
          });
    } catch (ZipException e) {
      fail(Reason.UNREADABLE, "The upstream's compressed answer is damaged.");
    }
  }

  private synchronized void add(int compressed, int plain) {
    came += compressed;
    handed += plain;
  }

  /**
   * How many bytes to ask the upstream for where so many are asked for of what was handed on: none
   * as long as that is more than the first window.
   */
  synchronized int asked(int bytes) {
    if (decompression == null) {
      return bytes;
    }
    handed -= bytes;
    int again = handed > FIRST_WINDOW ? 0 : came;
    came -= again;
    return again;
  }

  @Override
  public void end() {
    if (decompression != null && !decompression.isComplete()) {
      fail(Reason.BROKEN, "The upstream's compressed answer is not complete.");
    } else if (!over) {
      over = true;
      close();
      receiver.end();
    }
  }

  private void fail(Reason reason, String message) {
    failed(new BackendException(reason, message, null));
  }

  @Override
  public void failed(BackendException cause) {
    if (!over) {
      over = true;
      close();
      receiver.failed(cause);
    }
  }

  private void close() {
    if (decompression != null) {
      decompression.close();
    }
  }
}
