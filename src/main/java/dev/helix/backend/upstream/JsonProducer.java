package dev.helix.backend.upstream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;

/**
 * Sends a JSON body, and forgets it as soon as it is sent: a stream that runs for minutes does not
 * hold its request.
 */
final class JsonProducer implements AsyncEntityProducer {
  private static final ByteBuffer SENT = ByteBuffer.allocate(0);

  private final int length;
  private volatile ByteBuffer unsent;

  JsonProducer(byte[] json) {
    this.length = json.length;
    this.unsent = ByteBuffer.wrap(json);
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
  public String getContentType() {
    return "application/json";
  }

  @Override
  public String getContentEncoding() {
    return null;
  }

  @Override
  public boolean isChunked() {
    return false;
  }

  @Override
  public Set<String> getTrailerNames() {
    return Set.of();
  }

  @Override
  public void failed(Exception cause) {}

  @Override
  public void releaseResources() {
    unsent = SENT;
  }
}
