package dev.helix.backend.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.helix.backend.BackendException;
import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** A receiver that makes a mistake is told of an end all the same. */
class UnpackedBodyTest {
  private final List<String> told = new ArrayList<>();

  private final class Mistaken implements ReplyReceiver {
    @Override
    public void head(ReplyHead head) {}

    @Override
    public void data(ByteBuffer bytes) {
      throw new AssertionError("a mistake");
    }

    @Override
    public void end() {
      told.add("end");
    }

    @Override
    public void failed(BackendException cause) {
      told.add("failed");
    }
  }

  @Test
  void mistakeOfTheReceiver_goesUp_andEndsTheBodyOnce() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(new byte[1000]);
    }
    UnpackedBody body =
        new UnpackedBody(
            Decompression.of("gzip"),
            new Mistaken(),
            1 << 20,
            bytes -> {},
            () -> told.add("dropped"));
    ByteBuffer compressed = ByteBuffer.wrap(packed.toByteArray());
    assertThrows(AssertionError.class, () -> body.add(compressed));
    body.end(null);
    body.stop();
    assertEquals(List.of("dropped", "failed"), told);
  }
}
