package dev.helix.turn.reply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.helix.backend.ReplyHead;
import dev.helix.turn.reply.BackendReply.Progress;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a reply keeps of memory, and what it takes. */
class KeptRoomTest {
  private static final int LONG = 48 * 1024 * 1024;

  private static final class Nobody implements BackendReply.Events {
    @Override
    public void pass(ByteBuffer bytes) {}

    @Override
    public void chunk(byte[] bytes, int from, int length) {}
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] chunk(String unread) {
    return bytes(
        "{\"x\":\"" + unread + "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");
  }

  @Test
  void longChunk_isNotLearned_andOneOfUsualLengthIs() {
    ChunkPattern pattern = new ChunkPattern();
    byte[] usual = chunk("x".repeat(60_000));
    pattern.learn(usual, usual.length);
    assertEquals("a", pattern.text(usual, usual.length));
    byte[] tooLong = chunk("x".repeat(70_000));
    pattern.learn(tooLong, tooLong.length);
    assertNull(pattern.text(tooLong, tooLong.length));
    assertNull(pattern.text(usual, usual.length));
  }

  private static long used() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void bodyThatPasses_keepsNoRoomOfWhatWasGathered() {
    long before = used();
    BackendReply reply = new BackendReply(new ReplyLimits(LONG, 1024), false, 1, new Nobody());
    reply.begin(new ReplyHead(200, Map.of("content-type", "application/json")));
    reply.take(ByteBuffer.wrap(bytes("{\"x\":\"data:image/png;base64,")));
    byte[] piece = bytes("A".repeat(64 * 1024));
    while (reply.take(ByteBuffer.wrap(piece)) != Progress.TOO_LONG) {}
    reply.passOn();
    reply.take(ByteBuffer.wrap(piece));
    long kept = used() - before;
    assertTrue(kept < LONG / 2, "kept: " + kept);
    assertNotNull(reply.last());
  }

  @Test
  void chunksOfAStreamThatNobodyAskedFor_takeLittleForEachOfTheirFields() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    AssembledReply assembled = new AssembledReply(1 << 20);
    int fields = 100;
    byte[] data =
        bytes(
            IntStream.range(0, fields)
                .mapToObj(i -> "\"n" + i + "\":" + (i % 2 == 0 ? "\"text\"" : "1.5"))
                .collect(Collectors.joining(",", "{", "}")));
    int times = 2000;
    assembled.chunk(data, 0, data.length);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < times; i++) {
      assembled.chunk(data, 0, data.length);
    }
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / times / fields;
    assertTrue(each < 400, "for each field: " + each);
  }
}
