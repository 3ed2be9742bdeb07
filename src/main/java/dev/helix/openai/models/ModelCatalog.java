package dev.helix.openai.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.helix.backend.ChatBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The backend's list of models, kept for a while. When it can't be had the last known list holds,
 * or an empty one: a client that asks in the wrong moment must not lose all its models. Safe for
 * use by many threads; many askers make one request.
 */
public final class ModelCatalog {
  private static final System.Logger LOG = System.getLogger(ModelCatalog.class.getName());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] EMPTY =
      "{\"object\":\"list\",\"data\":[]}".getBytes(StandardCharsets.UTF_8);

  private final ChatBackend backend;
  private final Executor executor;
  private final long keptNanos;
  private byte[] last = EMPTY;
  private boolean known;
  private long fetchedAt;
  private CompletableFuture<byte[]> fetching;

  /**
   * A list that was not asked for yet.
   *
   * @param kept how long a list holds
   * @param executor where callers are answered
   */
  public ModelCatalog(ChatBackend backend, Duration kept, Executor executor) {
    this.backend = backend;
    this.executor = executor;
    this.keptNanos = kept.toNanos();
  }

  /** The list's JSON in UTF-8. Never fails. */
  CompletionStage<byte[]> list() {
    CompletableFuture<byte[]> mine;
    synchronized (this) {
      if (known && System.nanoTime() - fetchedAt < keptNanos) {
        return CompletableFuture.completedFuture(last);
      }
      if (fetching != null) {
        return fetching;
      }
      mine = new CompletableFuture<>();
      fetching = mine;
    }
    try {
      backend.models().whenComplete((body, failure) -> mine.complete(fetched(body, failure)));
    } catch (RuntimeException e) {
      mine.complete(fetched(null, e));
    }
    return mine;
  }

  Executor executor() {
    return executor;
  }

  private synchronized byte[] fetched(byte[] body, Throwable failure) {
    fetching = null;
    if (failure == null && isList(body)) {
      last = body;
      known = true;
      fetchedAt = System.nanoTime();
    } else {
      LOG.log(
          System.Logger.Level.WARNING,
          "the upstream''s list of models can''t be had ({0}); the last known one holds",
          failure == null
              ? "it is no list"
              : (failure.getCause() == null ? failure : failure.getCause()).getMessage());
    }
    return last;
  }

  private static boolean isList(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      return json != null && json.path("data").isArray();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "the list of models is no JSON", e);
      return false;
    }
  }
}
