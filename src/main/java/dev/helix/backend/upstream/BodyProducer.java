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
  private static final ByteBuffer SENT = ByteBuffer.allocate(0);

  private final int length;
  private volatile ByteBuffer unsent;

  BodyProducer(byte[] body) {
    super(new BasicAsyncEntityProducer(SENT.array(), null));
    this.length = body.length;
    this.unsent = ByteBuffer.wrap(body);
  }

  @Override
  public void produce(DataStreamChannel channel) throws IOException {
    if (unsent.hasRemaining()) {
      channel.write(unsent);
    }
    if (!unsent.hasRemaining()) {
      unsent = SENT;
      channel.endStream();
    }
  }

  /** Whether some of the body may have been sent. */
  boolean begun() {
    return unsent.remaining() < length;
  }

  @Override
  public int available() {
    return unsent.remaining();
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
