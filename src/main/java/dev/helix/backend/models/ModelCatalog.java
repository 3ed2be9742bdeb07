package dev.helix.backend.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

  /** What the last list was made of: the same array is not read again. */
  private byte[] heard = EMPTY;

  /** Whether the backend failed when it was asked last. */
  private boolean failing;

  /** Until when nobody asks again, by {@link System#nanoTime}. */
  private long holdsUntil = System.nanoTime();

  /** Until when nobody asks again who wants to know better. */
  private long freshUntil = holdsUntil;

  /** What the callers wait for while the backend is asked; null while it is not. */
  private CompletableFuture<byte[]> asked;

  /** Whether that is the first look, whose failure counts for nothing. */
  private boolean announcing;

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

  /**
   * Asks for the list, and has the log say what came of it. A failure counts for nothing: the first
   * caller has the backend asked again.
   */
  public void announce() {
    CompletionStage<byte[]> unused = list(true, false);
  }

  /** The list's JSON in UTF-8. Never fails. */
  public CompletionStage<byte[]> list() {
    return list(false, false);
  }

  /** As {@link #list}, but the backend is asked again where it was not within a second. */
  public CompletionStage<byte[]> freshList() {
    return list(false, true);
  }

  /** The last list that could be had; empty where there was none yet. */
  public synchronized Optional<byte[]> lastList() {
    return last == EMPTY ? Optional.empty() : Optional.of(last);
  }

  /** Whether the backend failed when it was asked last, but for the first time of all. */
  public synchronized boolean isFailing() {
    return failing;
  }

  private CompletionStage<byte[]> list(boolean first, boolean fresh) {
    CompletableFuture<byte[]> mine;
    long patience;
    synchronized (this) {
      if (asked != null && announcing && !asked.isDone()) {
        return asked.thenCompose(unused -> list(false, fresh));
      }
      if (asked != null) {
        return failing ? CompletableFuture.completedFuture(last) : asked;
      }
      if (System.nanoTime() - (fresh ? freshUntil : holdsUntil) < 0) {
        return CompletableFuture.completedFuture(last);
      }
      mine = new CompletableFuture<>();
      asked = mine;
      announcing = first;
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
                mine.complete(heard(body, failure, first));
              });
    } catch (RuntimeException e) {
      mine.complete(heard(null, e, first));
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

  /**
   * What a list has of a model, as JSON in UTF-8; empty where neither it nor the backend knows the
   * id.
   */
  public Optional<byte[]> model(byte[] list, String id) {
    try {
      for (JsonNode model : Json.MAPPER.readTree(list).path("data")) {
        if (id.equals(model.path("id").textValue())) {
          return Optional.of(bytes(model));
        }
      }
      return backend.model(id);
    } catch (IOException e) {
      throw new UncheckedIOException("a list of models that was read before", e);
    }
  }

  /** Whether it cannot be said yet if there is a model of this id: a list of several is missing. */
  public boolean isUnknown(String id) {
    return backend.isUnknown(id);
  }

  /** Where callers are answered. */
  public Executor executor() {
    return executor;
  }

  private synchronized byte[] known() {
    return last;
  }

  private synchronized byte[] heard(byte[] body, Throwable failure, boolean first) {
    asked = null;
    byte[] list = failure != null ? null : body == heard ? last : list(body);
    heard = list == null ? heard : body;
    boolean before = failing;
    failing = list == null;
    freshUntil = System.nanoTime() + FAILURE_NANOS;
    holdsUntil = failing ? freshUntil : System.nanoTime() + keptNanos;
    if (failing) {
      // Callers ask as often as they like, and a backend may be down for long.
      LOG.log(
          before ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
          "the list of models can''t be had from {0} ({1}); the last known one holds",
          backend.describe(),
          failure == null
              ? "it is no list"
              : (failure.getCause() == null ? failure : failure.getCause()).getMessage());
      failing = !first;
      freshUntil = first ? System.nanoTime() : freshUntil;
      holdsUntil = first ? freshUntil : holdsUntil;
    } else {
      last = list;
      if (first) {
        LOG.log(System.Logger.Level.INFO, "{0} lists {1} models", backend.describe(), count(list));
      }
    }
    return last;
  }

  /**
   * The list as OpenAI gives it, of one that may be a bare array or null; null where it is none.
   */
  private static byte[] list(byte[] body) {
    try {
      JsonNode json = Json.EXACT.readTree(body);
      if (json == null || json.path("data").isArray()) {
        return json == null ? null : body;
      }
      if (json instanceof ObjectNode object && object.path("data").isNull()) {
        object.putArray("data");
        return bytes(object);
      }
      return json.isArray() ? bytes(listOf(json)) : null;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "the list of models is no JSON", e);
      return null;
    }
  }

  private static int count(byte[] list) {
    try {
      return Json.MAPPER.readTree(list).path("data").size();
    } catch (IOException e) {
      throw new UncheckedIOException("a list of models that was read before", e);
    }
  }

  private static ObjectNode listOf(JsonNode models) {
    ObjectNode list = Json.MAPPER.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    for (JsonNode model : models) {
      if (model.isTextual()) {
        data.addObject().put("id", model.textValue()).put("object", "model");
      } else {
        data.add(model);
      }
    }
    return list;
  }

  private static byte[] bytes(JsonNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }
}
