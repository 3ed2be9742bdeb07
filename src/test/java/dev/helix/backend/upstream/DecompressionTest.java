package dev.helix.backend.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed bodies in pieces of any length. */
class DecompressionTest {
  private static final String TEXT = "What was packed.";

  /** A member whose head has what these flags say. */
  private static byte[] member(int flags) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(TEXT.getBytes(UTF_8));
    }
    byte[] plain = packed.toByteArray();
    plain[3] = (byte) flags;
    ByteArrayOutputStream member = new ByteArrayOutputStream();
    member.write(plain, 0, 10);
    if ((flags & 4) != 0) {
      member.writeBytes(new byte[] {44, 1});
      member.writeBytes(new byte[300]);
    }
    if ((flags & 8) != 0) {
      member.writeBytes("name\0".getBytes(UTF_8));
    }
    if ((flags & 16) != 0) {
      member.writeBytes("\0".getBytes(UTF_8));
    }
    if ((flags & 2) != 0) {
      member.writeBytes(new byte[2]);
    }
    member.write(plain, 10, plain.length - 10);
    return member.toByteArray();
  }

  private static String unpacked(Decompression body) throws ZipException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ByteBuffer piece = body.next(); piece != null; piece = body.next()) {
      byte[] bytes = new byte[piece.remaining()];
      piece.get(bytes);
      out.writeBytes(bytes);
    }
    return out.toString(UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void headsOfEveryKind_areReadInPiecesOfAnyLength(int pieces) throws IOException {
    for (int flags = 0; flags < 32; flags += 2) {
      ByteArrayOutputStream two = new ByteArrayOutputStream();
      two.writeBytes(member(flags));
      two.writeBytes(member(30 - flags));
      byte[] bytes = two.toByteArray();
      StringBuilder text = new StringBuilder();
      try (Decompression body = Decompression.of("gzip")) {
        for (int from = 0; from < bytes.length; from += pieces) {
          body.feed(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + pieces)));
          text.append(unpacked(body));
        }
        assertTrue(body.isComplete() && body.isAtEnd());
      }
      assertEquals(TEXT + TEXT, text.toString(), "flags " + flags);
    }
  }

  @Test
  void headWithoutEnd_inPiecesOfAByte_isCopiedAFewTimesOnly() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Decompression body = Decompression.of("gzip")) {
      body.feed(new byte[] {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 0});
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 128 * 1024 - 10; i++) {
        body.feed(new byte[] {'n'});
        assertNull(body.next());
      }
      long took = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(took < 32 * 1024 * 1024, "allocated: " + took);
      body.feed(new byte[] {'n'});
      assertThrows(ZipException.class, body::next);
    }
  }
}
