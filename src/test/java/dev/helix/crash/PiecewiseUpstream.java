package dev.helix.crash;

import dev.helix.scripted.Call;
import dev.helix.scripted.Completions;
import dev.helix.scripted.Json;
import dev.helix.scripted.ScriptedUpstream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * An upstream that gives each answer a text that no other has, in pieces and after pauses of its
 * own. Thread-safe.
 */
final class PiecewiseUpstream implements AutoCloseable {
  private static final int LONGEST_PAUSE_MICROS = 6000;

  private final ScriptedUpstream upstream = ScriptedUpstream.startWithoutModels();
  private final ScheduledExecutorService pieces = Executors.newScheduledThreadPool(2);
  private final Random random;
  private volatile boolean closed;
  private int answers;

  PiecewiseUpstream(long seed) {
    random = new Random(seed);
    Thread taker = new Thread(this::take, "crash-upstream");
    taker.setDaemon(true);
    taker.start();
  }

  URI baseUrl() {
    return upstream.baseUrl();
  }

  private void take() {
    while (!closed) {
      Call call = upstream.poll(Duration.ofMillis(200));
      if (call != null) {
        begin(call);
      }
    }
  }

  private void begin(Call call) {
    int words = 1 + random.nextInt(12);
    int length = random.nextInt(8) == 0 ? 20_000 : 30;
    String[] text = new String[words];
    for (int i = 0; i < words; i++) {
      text[i] = i == 0 ? "answer " + answers++ + " ä" : " " + "x".repeat(random.nextInt(length));
    }
    boolean streamed = Json.read(call.request().body()).path("stream").asBoolean();
    Runnable first =
        streamed
            ? () -> stream(call, Completions.chunks(text).iterator())
            : () -> call.respondJson(200, Completions.completion(String.join("", text)));
    // Now and then so late that the question is forced by itself.
    later(call, first, random.nextInt(6) == 0 ? 40_000 : random.nextInt(LONGEST_PAUSE_MICROS));
  }

  private void stream(Call call, Iterator<String> chunks) {
    call.beginSse();
    next(call, chunks);
  }

  private void next(Call call, Iterator<String> chunks) {
    call.sse(chunks.next());
    if (chunks.hasNext()) {
      later(call, () -> next(call, chunks), random.nextInt(LONGEST_PAUSE_MICROS));
    } else {
      call.end();
    }
  }

  private void later(Call call, Runnable piece, int micros) {
    Future<?> unused =
        pieces.schedule(
            () -> {
              try {
                piece.run();
              } catch (UncheckedIOException e) {
                call.cut(); // The server was killed.
              }
            },
            micros,
            TimeUnit.MICROSECONDS);
  }

  @Override
  public void close() {
    closed = true;
    pieces.shutdownNow();
    upstream.close();
  }
}
