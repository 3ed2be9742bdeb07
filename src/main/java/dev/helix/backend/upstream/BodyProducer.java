package dev.helix.backend.upstream;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.entity.AsyncEntityProducerWrapper;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityProducer;

/**
 * Sends a body, and forgets it as soon as it is sent: a stream that runs for minutes does not hold
 * its request. The request's headers say what it is.
 */
final class BodyProducer extends AsyncEntityProducerWrapper {
  private static final ByteBuffer[] SENT = {};

  private final int length;
  private final Runnable onSent;
  private volatile ByteBuffer[] unsent;

  /** A producer of a body; {@code onSent} is run when the connection has taken all of it. */
  BodyProducer(SentBody body, Runnable onSent) {
    super(new BasicAsyncEntityProducer(new byte[0], null));
    this.length = body.length();
    this.onSent = onSent;
    this.unsent = body.buffers();
  }

  @Override
  public void produce(DataStreamChannel channel) throws IOException {
    for (ByteBuffer piece : unsent) {
      if (piece.hasRemaining()) {
        channel.write(piece);
      }
      if (piece.hasRemaining()) {
        return;
      }
    }
    unsent = SENT;
    channel.endStream();
    onSent.run();
  }

  private int remaining() {
    int count = 0;
    for (ByteBuffer piece : unsent) {
      count += piece.remaining();
    }
    return count;
  }

  /** Whether some of the body may have been sent. */
  boolean begun() {
    return remaining() < length;
  }

  @Override
  public int available() {
    return remaining();
  }

  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public long getContentLength() {
    return length;
  }

  @Override
  public void releaseResources() {
    unsent = SENT;
  }
}
