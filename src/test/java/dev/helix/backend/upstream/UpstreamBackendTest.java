package dev.helix.backend.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.backend.BackendException;
import dev.helix.backend.BackendException.Reason;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.ReplyReceiver;
import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Reply;
import dev.helix.scripted.ScriptedUpstream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UpstreamBackendTest {
  private static final byte[] BODY = "{\"messages\":[]}".getBytes(StandardCharsets.UTF_8);

  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
  private ScriptedUpstream upstream;
  private UpstreamBackend backend;

  @BeforeEach
  void start() {
    upstream = ScriptedUpstream.start();
    backend = backend(upstream.baseUrl());
  }

  @AfterEach
  void stop() {
    backend.close();
    upstream.close();
    timers.shutdownNow();
  }

  private UpstreamBackend backend(URI url) {
    return new UpstreamBackend(
        new UpstreamSettings(url, "our-key", Duration.ofSeconds(5), Duration.ofMillis(500), 10),
        timers);
  }

  private static ChatCall call(Map<String, String> headers) {
    return new ChatCall(BODY, true, headers, null, List::of);
  }

  /** Keeps what comes, as words: a head's status, "data", "end", or the failure's reason. */
  private static final class Heard extends HeardReply {
    private final AtomicInteger bytes = new AtomicInteger();
    private final CRC32 sum = new CRC32();
    private final CountDownLatch sent = new CountDownLatch(1);

    @Override
    public void sent() {
      sent.countDown();
    }

    @Override
    public void data(ByteBuffer data) {
      bytes.addAndGet(data.remaining());
      sum.update(data);
      events.add("data");
    }

    /** Waits until nothing has come for half a second, and passes over what came before. */
    void awaitQuiet() throws InterruptedException {
      while (events.poll(500, TimeUnit.MILLISECONDS) != null) {}
    }

    /** The next thing that is no data. */
    String nextSign() throws InterruptedException {
      String event = next();
      while (event.equals("data")) {
        event = next();
      }
      return event;
    }
  }

  @Test
  void ourKeyAndTheListedHeadersGoOut_andTheBodyAsItIs() throws InterruptedException {
    Heard heard = new Heard();
    backend.chat(call(Map.of("X-Trace", "t1")), heard);
    Call call = upstream.next();
    assertEquals("POST", call.request().method());
    assertEquals("/v1/chat/completions", call.request().path());
    assertEquals("Bearer our-key", call.request().header("Authorization"));
    assertEquals("application/json", call.request().header("Content-Type"));
    assertEquals("t1", call.request().header("X-Trace"));
    assertEquals(
        new String(BODY, StandardCharsets.UTF_8),
        new String(call.request().body(), StandardCharsets.UTF_8));
    call.respondJson(429, "{}");
    assertEquals("head 429", heard.next());
    assertEquals("end", heard.nextSign());
  }

  @Test
  void largeBody_isSaidToBeSent_beforeTheUpstreamAnswers() throws InterruptedException {
    Heard heard = new Heard();
    byte[] large = Arrays.copyOf(BODY, 100_000);
    Arrays.fill(large, BODY.length, large.length, (byte) ' ');
    backend.chat(new ChatCall(large, true, Map.of(), null, List::of), heard);
    Call call = upstream.next();
    assertTrue(heard.sent.await(10, TimeUnit.SECONDS));
    call.respondJson(200, Completions.completion("hi"));
    assertEquals("head 200", heard.next());
    assertEquals("end", heard.nextSign());
  }

  @Test
  void upstreamThatClosesIdleConnectionsUnannounced_noCallFails_noneIsServedTwice()
      throws InterruptedException {
    AtomicInteger served = new AtomicInteger();
    upstream.answerAlways(
        request -> {
          served.incrementAndGet();
          return Reply.json(200, Completions.completion("hi"));
        });
    upstream.closeAfterEachReply(true);
    for (int i = 0; i < 300; i++) {
      Heard heard = new Heard();
      backend.chat(call(Map.of()), heard);
      assertEquals("head 200", heard.next(), "call " + i);
      assertEquals("end", heard.nextSign(), "call " + i);
    }
    assertEquals(300, served.get());
  }

  @Test
  void freshConnectionThatClosesWithoutAnswer_isAFailure_andIsNotTriedAgain()
      throws InterruptedException {
    Heard heard = new Heard();
    backend.chat(call(Map.of()), heard);
    upstream.next().cut();
    assertEquals("BROKEN", heard.next());
    assertNull(upstream.poll(Duration.ofMillis(300)));
  }

  @Test
  void cancel_closesTheUpstreamConnection_beforeAndAfterTheHead_freshAndReused()
      throws InterruptedException {
    // Many times, since a connect or a lease that is quick was once what made a cancel get lost.
    for (int i = 0; i < 40; i++) {
      boolean reused = i % 2 == 0;
      if (reused) {
        Heard heard = new Heard();
        backend.chat(call(Map.of()), heard);
        upstream.next().respondJson(200, Completions.completion("hi"));
        assertEquals("head 200", heard.next());
        assertEquals("end", heard.nextSign());
      }
      ChatBackend.Exchange exchange = backend.chat(call(Map.of()), new Heard());
      Call running = upstream.next();
      if (i % 4 < 2) {
        running.beginSse();
        running.sse(Completions.delta("a"));
      }
      exchange.cancel();
      running.awaitClosedByPeer(Duration.ofSeconds(5));
    }
  }

  @Test
  void upstreamThatDiesWithinTheBody_failsOnce() throws InterruptedException {
    Heard heard = new Heard();
    backend.chat(call(Map.of()), heard);
    Call call = upstream.next();
    call.beginSse();
    call.sse(Completions.delta("a"));
    assertEquals("head 200", heard.next());
    assertEquals("data", heard.next());
    call.reset();
    assertEquals("BROKEN", heard.nextSign());
    assertNull(heard.events.poll(300, TimeUnit.MILLISECONDS));
  }

  @Test
  void dataBeyondTheWindow_comesOnlyWhenAskedFor() throws InterruptedException {
    Heard heard = new Heard();
    ChatBackend.Exchange exchange = backend.chat(call(Map.of()), heard);
    int total = 32 * 1024 * 1024;
    Call call = upstream.next();
    byte[] body = "x".repeat(total).getBytes(StandardCharsets.US_ASCII);
    Thread sender = new Thread(() -> call.respond(200, "application/json", body));
    sender.start();
    assertEquals("head 200", heard.next());
    // The client overruns its window by what its buffers hold, and then stops.
    heard.awaitQuiet();
    assertTrue(heard.bytes.get() < total / 4, "came unasked: " + heard.bytes.get());
    while (heard.bytes.get() < total) {
      exchange.request(1024 * 1024);
      assertEquals("data", heard.next());
    }
    assertEquals("end", heard.nextSign());
    sender.join(10_000);
  }

  @Test
  void chunksBeyondTheWindow_comeOnlyWhenAskedFor_howeverFastTheUpstreamIs()
      throws InterruptedException {
    Heard heard = new Heard();
    ChatBackend.Exchange exchange = backend.chat(call(Map.of()), heard);
    Call call = upstream.next();
    String chunks = ("64\r\n" + "x".repeat(100) + "\r\n").repeat(1000);
    int total = 100 * 1000 * 100;
    Thread sender =
        new Thread(
            () -> {
              call.beginSse();
              for (int i = 0; i < 100; i++) {
                call.raw(chunks);
              }
              call.end();
            });
    sender.start();
    assertEquals("head 200", heard.next());
    // The client overruns its window by what one of its buffers holds.
    int overrun = 8 * 1024;
    heard.awaitQuiet();
    int asked = ReplyReceiver.FIRST_WINDOW;
    assertTrue(heard.bytes.get() >= asked, "came in all: " + heard.bytes);
    assertTrue(heard.bytes.get() <= asked + overrun, "came unasked: " + heard.bytes);
    while (heard.bytes.get() < total) {
      if (heard.bytes.get() >= asked) {
        asked += 10_000;
        exchange.request(10_000);
      }
      assertEquals("data", heard.next());
      assertTrue(heard.bytes.get() <= asked + overrun, "came unasked");
    }
    assertEquals("end", heard.nextSign());
    sender.join(10_000);
  }

  @Test
  void chunksOfEverySize_cutAnywhere_comeWhole_answerAfterAnswer() throws InterruptedException {
    Random random = new Random(11);
    for (int answer = 0; answer < 100; answer++) {
      Heard heard = new Heard();
      backend.chat(call(Map.of()), heard);
      Call call = upstream.next();
      CRC32 sum = new CRC32();
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      int total = random.nextInt(50_000); // which is within the first window
      for (int sent = 0, size; sent < total; sent += size) {
        size = 1 + random.nextInt(random.nextBoolean() ? 200 : 9000);
        byte[] chunk = new byte[size];
        random.nextBytes(chunk);
        sum.update(chunk);
        body.writeBytes((Integer.toHexString(size) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(chunk);
        body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      byte[] all = body.toByteArray();
      call.beginSse();
      for (int from = 0, to; from < all.length; from = to) {
        to = Math.min(all.length, from + 1 + random.nextInt(3000));
        call.raw(Arrays.copyOfRange(all, from, to));
      }
      call.end();
      assertEquals("head 200", heard.next(), "answer " + answer);
      assertEquals("end", heard.nextSign(), "answer " + answer);
      assertEquals(sum.getValue(), heard.sum.getValue(), "answer " + answer);
    }
  }

  @Test
  void refusedConnection_isUnreachable() throws InterruptedException {
    try (UpstreamBackend lost = backend(ScriptedUpstream.refusing())) {
      Heard heard = new Heard();
      lost.chat(call(Map.of()), heard);
      assertEquals("UNREACHABLE", heard.next());
    }
  }

  @Test
  void models_areTheUpstreamsList_andFailWhenItIsSilentOrWrong() {
    upstream.answerAlways(request -> Reply.json(200, Completions.models("a", "b")));
    assertEquals(
        Completions.models("a", "b"),
        new String(backend.models().toCompletableFuture().join(), StandardCharsets.UTF_8));
    upstream.answerAlways(request -> Reply.json(500, "{}"));
    assertEquals(Reason.BROKEN, modelsFailure());
    upstream.answerAlways(request -> null);
    assertEquals(Reason.TIMEOUT, modelsFailure());
  }

  private Reason modelsFailure() {
    CompletionException failure =
        assertThrows(
            CompletionException.class, () -> backend.models().toCompletableFuture().join());
    return ((BackendException) failure.getCause()).reason();
  }
}
