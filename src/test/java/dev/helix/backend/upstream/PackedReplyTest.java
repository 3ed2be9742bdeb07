package dev.helix.backend.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.PassedCall;
import dev.helix.backend.ReplyReceiver;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.ScriptedUpstream;
import dev.helix.scripted.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that come compressed, of any size, in any pieces, whole and damaged. */
class PackedReplyTest {
  private static final byte[] BODY = "{\"messages\":[]}".getBytes(UTF_8);
  private static final Duration TIME = Duration.ofSeconds(5);

  /** What may come beyond what was asked for: one piece. */
  private static final int OVERRUN = 8 * 1024;

  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
  private ScriptedUpstream upstream;
  private UpstreamBackend backend;

  @BeforeEach
  void start() {
    upstream = ScriptedUpstream.start();
    backend =
        new UpstreamBackend(
            new UpstreamSettings(upstream.baseUrl(), null, TIME, Duration.ofSeconds(20), 10),
            timers);
  }

  @AfterEach
  void stop() {
    backend.close();
    upstream.close();
    timers.shutdownNow();
  }

  private static final class Heard extends HeardReply {
    private final AtomicLong bytes = new AtomicLong();

    /** What is asked for as much as came, as soon as it is there. */
    private final CompletableFuture<ChatBackend.Exchange> asked = new CompletableFuture<>();

    @Override
    public void data(ByteBuffer data) {
      int length = data.remaining();
      bytes.addAndGet(length);
      CompletableFuture<Void> unused = asked.thenAccept(exchange -> exchange.request(length));
    }

    /** How much has come when nothing has come for half a second. */
    long quiet() throws InterruptedException {
      long before = -1;
      while (bytes.get() != before) {
        before = bytes.get();
        assertNull(events.poll(500, TimeUnit.MILLISECONDS));
      }
      return before;
    }
  }

  private ChatBackend.Exchange chat(Heard heard) {
    return backend.chat(new ChatCall(BODY, true, Map.of(), null, List::of), heard);
  }

  private static byte[] packed(String encoding, byte[] plain, int times) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        encoding.equals("gzip") ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
      for (int i = 0; i < times; i++) {
        out.write(plain);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Arrays.asList(parts).forEach(bytes::writeBytes);
    return bytes.toByteArray();
  }

  /** Sends what may not be taken to its end. */
  private static Thread sends(Call call, int status, byte[] body, String encoding) {
    Thread sender =
        new Thread(
            () -> {
              try {
                call.respond(status, "application/json", body, "Content-Encoding", encoding);
              } catch (UncheckedIOException closed) {
                // It was of no use.
              }
            });
    sender.start();
    return sender;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void bodyThatGrowsAThousandfold_isUnpackedOnlyAsFarAsWasAskedFor(String encoding)
      throws InterruptedException {
    int times = 100;
    long total = times * 1024L * 1024;
    Heard heard = new Heard();
    ChatBackend.Exchange exchange = chat(heard);
    Thread sender =
        sends(upstream.next(), 200, packed(encoding, new byte[1024 * 1024], times), encoding);
    assertEquals("head 200", heard.next());
    long asked = ReplyReceiver.FIRST_WINDOW;
    long came = heard.quiet();
    assertTrue(came >= asked && came <= asked + OVERRUN, "came unasked: " + came);
    String end = null;
    while (end == null) {
      asked += 1024 * 1024;
      exchange.request(1024 * 1024);
      end = heard.events.poll(1, TimeUnit.MILLISECONDS);
      assertTrue(heard.bytes.get() <= asked + OVERRUN, "came unasked: " + heard.bytes);
    }
    assertEquals("end", end);
    assertEquals(total, heard.bytes.get());
    sender.join(10_000);
  }

  @Test
  void bodyThatDoesNotGrow_isHeldUpInTheConnection() throws InterruptedException {
    byte[] plain = new byte[32 * 1024 * 1024];
    new Random(3).nextBytes(plain);
    Heard heard = new Heard();
    ChatBackend.Exchange exchange = chat(heard);
    Thread sender = sends(upstream.next(), 200, packed("gzip", plain, 1), "gzip");
    assertEquals("head 200", heard.next());
    assertTrue(heard.quiet() <= ReplyReceiver.FIRST_WINDOW + OVERRUN, "came unasked");
    assertTrue(sender.isAlive(), "all of it is in memory");
    exchange.cancel();
    sender.join(10_000);
    assertNull(heard.events.poll(100, TimeUnit.MILLISECONDS));
  }

  static Stream<Arguments> whatLiesBehindTheEnd() {
    return Table.of(
        "gzip → nothing → 3000000 → end",
        "gzip → another member → 6000000 → end",
        "gzip → zeros → 3000000 → end",
        "gzip → noise → 3000000 → end",
        "gzip → half a head → 3000000 → end",
        "gzip → half a member → 3000000 → BROKEN",
        "deflate → nothing → 3000000 → end",
        "deflate → zeros → 3000000 → end",
        "deflate → noise → 3000000 → end");
  }

  private static byte[] behind(String name, byte[] member) {
    byte[] noise = new byte[500_000];
    new Random(5).nextBytes(noise);
    return switch (name) {
      case "nothing" -> new byte[0];
      case "another member" -> member;
      case "zeros" -> new byte[500_000];
      case "noise" -> noise;
      case "half a head" -> Arrays.copyOf(member, 5);
      default -> Arrays.copyOf(member, 500);
    };
  }

  @ParameterizedTest
  @MethodSource
  void whatLiesBehindTheEnd(String encoding, String behind, long bytes, String end)
      throws InterruptedException {
    byte[] member = packed(encoding, new byte[3_000_000], 1);
    Heard heard = new Heard();
    heard.asked.complete(chat(heard));
    Thread sender = sends(upstream.next(), 200, joined(member, behind(behind, member)), encoding);
    assertEquals("head 200", heard.next());
    assertEquals(end, heard.next());
    if (end.equals("end")) {
      assertEquals(bytes, heard.bytes.get());
    }
    sender.join(10_000);
    assertNull(heard.events.poll(100, TimeUnit.MILLISECONDS));
    assertServed();
  }

  private void assertServed() throws InterruptedException {
    Heard heard = new Heard();
    chat(heard);
    upstream.next().respondJson(200, Completions.completion("hi"));
    assertEquals("head 200", heard.next());
    assertEquals("end", heard.next());
  }

  static Stream<Arguments> encodings_areReadOrRefusedAtOnce() {
    return Table.of(
        "200 → br → UNREADABLE",
        "200 → zstd → UNREADABLE",
        "200 → x-foo → UNREADABLE",
        "200 → compress → UNREADABLE",
        "200 → gzip, br → UNREADABLE",
        "500 → br → head 500",
        "500 → x-foo → head 500",
        "200 → identity → head 200",
        "200 → none → head 200",
        "200 → utf-8 → head 200",
        "200 → , → head 200");
  }

  @ParameterizedTest
  @MethodSource
  void encodings_areReadOrRefusedAtOnce(int status, String encoding, String first)
      throws InterruptedException {
    Heard heard = new Heard();
    ChatBackend.Exchange exchange = chat(heard);
    Thread sender = sends(upstream.next(), status, new byte[1_000_000], encoding);
    assertEquals(first, heard.next());
    if (first.startsWith("head")) {
      exchange.request(status == 200 ? 1_000_000 : 0);
      assertEquals("end", heard.next());
      assertEquals(status == 200 ? 1_000_000 : 0, heard.bytes.get());
    }
    sender.join(10_000);
    assertNull(heard.events.poll(100, TimeUnit.MILLISECONDS));
    assertServed();
  }

  @Test
  void encodingInTwoLines_isOneList() throws InterruptedException {
    Heard heard = new Heard();
    chat(heard);
    upstream
        .next()
        .raw("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Encoding: gzip\r\n\r\n");
    assertEquals("UNREADABLE", heard.next());
  }

  @Test
  void errorThatPassesThrough_isUnpacked_andASuccessIsNot() throws InterruptedException {
    byte[] packed = packed("gzip", new byte[50_000], 1);
    for (int status : new int[] {200, 400}) {
      Heard heard = new Heard();
      backend.pass(new PassedCall("POST", "/embeddings", Map.of(), BODY), heard);
      upstream.next().respond(status, "application/json", packed, "Content-Encoding", "gzip");
      assertEquals("head " + status, heard.next());
      assertEquals("end", heard.next());
      assertEquals(status == 200 ? packed.length : 50_000, heard.bytes.get());
    }
  }

  @Test
  void listOfModelsThatGrows_isAFailure_andNotKept() throws InterruptedException {
    byte[] packed = packed("gzip", new byte[1024 * 1024], 200);
    var models = backend.models().toCompletableFuture();
    Thread sender = sends(upstream.next(), 200, packed, "gzip");
    CompletionException failure = assertThrows(CompletionException.class, models::join);
    assertTrue(failure.getMessage().contains("too long"), failure::getMessage);
    sender.join(10_000);
  }
}
