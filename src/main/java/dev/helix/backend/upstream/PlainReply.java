package dev.helix.backend.upstream;

import static dev.helix.backend.ReplyReceiver.FIRST_WINDOW;

import dev.helix.backend.BackendException;
import dev.helix.backend.BackendException.Reason;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.zip.ZipException;

/**
 * Hands a reply on without the compression that it came with. What it hands on of a body that turns
 * out to be damaged stays handed on. Called by one thread at a time, and for {@link #request} and
 * {@link #stop} by any.
 */
final class PlainReply implements ReplyReceiver {
  private static final String ENCODING = "content-encoding";
  private static final String LENGTH = "content-length";

  private final ReplyReceiver receiver;
  private final Successes successes;
  private final IntConsumer ask;
  private final Runnable drop;

  /** How a reply is handed on that is no error. */
  enum Successes {
    /** Unpacked; in an encoding that is not read it is an error. */
    PLAIN,
    /** Unpacked where the encoding is read, so that it can be looked into. */
    PLAIN_IF_KNOWN,
    /** Compressed or not. */
    AS_THEY_COME
  }

  /** How many bytes were asked for in all. */
  private long asked; // guarded by this

  /** The body, where it is compressed; null before the head and for all others. */
  private volatile UnpackedBody body;

  /**
   * A receiver for another.
   *
   * @param successes how a success is handed on
   * @param ask asks the connection for so many bytes more
   * @param drop gives the connection up, as what is still to come is of no use
   */
  PlainReply(ReplyReceiver receiver, Successes successes, IntConsumer ask, Runnable drop) {
    this.receiver = receiver;
    this.successes = successes;
    this.ask = ask;
    this.drop = drop;
  }

  @Override
  public void sent() {
    receiver.sent();
  }

  @Override
  public void head(ReplyHead head) {
    boolean success = head.status() >= 200 && head.status() < 300;
    boolean asItIs = success && successes == Successes.AS_THEY_COME;
    String encoding = asItIs ? "" : head.header(ENCODING).orElse("");
    Map<String, String> plain = new HashMap<>(head.headers());
    plain.remove(ENCODING);
    plain.remove(LENGTH);
    Decompression decompression;
    try {
      decompression = Decompression.of(encoding);
    } catch (ZipException unknown) {
      if (success && successes == Successes.PLAIN_IF_KNOWN) {
        receiver.head(head);
        return;
      }
      drop.run();
      if (success) {
        receiver.failed(
            new BackendException(
                Reason.UNREADABLE,
                "The upstream's answer is compressed in a way that is not read.",
                null));
      } else {
        // The status says what there is to say.
        receiver.head(new ReplyHead(head.status(), plain));
        receiver.end();
      }
      return;
    }
    if (decompression == null) {
      receiver.head(head);
      return;
    }
    receiver.head(new ReplyHead(head.status(), plain));
    synchronized (this) {
      body = new UnpackedBody(decompression, receiver, FIRST_WINDOW + asked, ask, drop);
    }
  }

  @Override
  public void data(ByteBuffer bytes) {
    UnpackedBody compressed = body;
    if (compressed == null) {
      receiver.data(bytes);
    } else {
      compressed.add(bytes);
    }
  }

  /** The receiver asks for so many bytes more. */
  void request(int bytes) {
    UnpackedBody compressed;
    synchronized (this) {
      asked += bytes;
      compressed = body;
    }
    if (compressed == null) {
      ask.accept(bytes);
    } else {
      compressed.request(bytes);
    }
  }

  /** The receiver wants no more. */
  void stop() {
    UnpackedBody compressed = body;
    if (compressed != null) {
      compressed.stop();
    }
  }

  @Override
  public void end() {
    UnpackedBody compressed = body;
    if (compressed == null) {
      receiver.end();
    } else {
      compressed.end(null);
    }
  }

  @Override
  public void failed(BackendException cause) {
    UnpackedBody compressed = body;
    if (compressed == null) {
      receiver.failed(cause);
    } else {
      compressed.end(cause);
    }
  }
}
