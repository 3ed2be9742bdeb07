package dev.helix.openai.models;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.backend.ChatBackend;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The backend's list of models, kept for a while. Where it cannot be had the last known list holds,
 * or an empty one. One request to the backend is under way at a time, whoever asks. Thread-safe.
 */
public final class ModelCatalog {
  private static final System.Logger LOG = System.getLogger(ModelCatalog.class.getName());
  private static final byte[] EMPTY =
      "{\"object\":\"list\",\"data\":[]}".getBytes(StandardCharsets.UTF_8);

  /** How long a failure holds, and how long a caller waits for the request after it. */
  private static final long FAILURE_NANOS = 1_000_000_000L;

  private final ChatBackend backend;
  private final long keptNanos;
  private final long patienceNanos;
  private final Executor executor;
  private final ScheduledExecutorService timers;
  private byte[] last = EMPTY;

  /** Whether the backend failed when it was asked last. */
  private boolean failing;

  /** Until when nobody asks again, by {@link System#nanoTime}. */
  private long holdsUntil = System.nanoTime();

  /** What the callers wait for while the backend is asked; null while it is not. */
  private CompletableFuture<byte[]> asked;

  /**
   * A list that was not asked for yet.
   *
   * @param kept how long a list holds
   * @param patience how long callers wait for the backend; a second at most while it fails
   * @param executor where callers are answered
   * @param timers stay the caller's to close
   */
  public ModelCatalog(
      ChatBackend backend,
      Duration kept,
      Duration patience,
      Executor executor,
      ScheduledExecutorService timers) {
    this.backend = backend;
    this.keptNanos = kept.toNanos();
    this.patienceNanos = patience.toNanos();
    this.executor = executor;
    this.timers = timers;
  }

  /** The list's JSON in UTF-8. Never fails. */
  CompletionStage<byte[]> list() {
    CompletableFuture<byte[]> mine;
    long patience;
    synchronized (this) {
      if (asked != null) {
        return failing ? CompletableFuture.completedFuture(last) : asked;
      }
      if (System.nanoTime() - holdsUntil < 0) {
        return CompletableFuture.completedFuture(last);
      }
      mine = new CompletableFuture<>();
      asked = mine;
      patience = failing ? Math.min(FAILURE_NANOS, patienceNanos) : patienceNanos;
    }
    try {
      ScheduledFuture<?> timer =
          timers.schedule(() -> mine.complete(known()), patience, TimeUnit.NANOSECONDS);
      backend
          .models()
          .whenComplete(
              (body, failure) -> {
                timer.cancel(false);
                mine.complete(heard(body, failure));
              });
    } catch (RuntimeException e) {
      mine.complete(heard(null, e));
    }
    return mine;
  }

  /**
   * The id of the first model of the list; empty where there is none. Blocks as long as callers of
   * the list wait for it.
   */
  public Optional<String> firstId() {
    byte[] list = list().toCompletableFuture().join();
    try {
      String id = Json.MAPPER.readTree(list).path("data").path(0).path("id").textValue();
      return Optional.ofNullable(id).filter(text -> !text.isEmpty());
    } catch (IOException e) {
      throw new UncheckedIOException("a list of models that was read before", e);
    }
  }

  Executor executor() {
    return executor;
  }

  private synchronized byte[] known() {
    return last;
  }

  private synchronized byte[] heard(byte[] body, Throwable failure) {
    asked = null;
    failing = failure != null || !isList(body);
    holdsUntil = System.nanoTime() + (failing ? FAILURE_NANOS : keptNanos);
    if (failing) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the list of models can''t be had ({0}); the last known one holds",
          failure == null
              ? "it is no list"
              : (failure.getCause() == null ? failure : failure.getCause()).getMessage());
    } else {
      last = body;
    }
    return last;
  }

  private static boolean isList(byte[] body) {
    try {
      JsonNode json = Json.MAPPER.readTree(body);
      return json != null && json.path("data").isArray();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "the list of models is no JSON", e);
      return false;
    }
  }
}
