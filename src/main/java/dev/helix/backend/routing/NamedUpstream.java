package dev.helix.backend.routing;

import dev.helix.backend.models.ModelCatalog;
import dev.helix.backend.upstream.UpstreamBackend;
import dev.helix.text.Json;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One of several upstreams, with what is known of its models. Safe for use by many threads. */
final class NamedUpstream implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NamedUpstream.class.getName());

  /** How long nobody waits for a list that was waited for in vain. */
  private static final long HANGING_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Upstream upstream;
  private final UpstreamBackend backend;
  private final Set<String> headers = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  /** Its own list; null where the settings say which models it has. */
  private final ModelCatalog catalog;

  private final AtomicBoolean warned = new AtomicBoolean();

  /** Until when nobody waits for its list, by {@link System#nanoTime}: it is known to hang. */
  private volatile long hangsUntil = System.nanoTime();

  private byte[] read; // guarded by this
  private ModelList listed; // guarded by this

  /**
   * Opens it.
   *
   * @param kept how long its list holds
   */
  NamedUpstream(
      Upstream upstream, Duration kept, Executor executor, ScheduledExecutorService timers) {
    this.upstream = upstream;
    this.backend = new UpstreamBackend(upstream.settings(), timers);
    this.headers.addAll(upstream.headers());
    boolean set = !upstream.models().isEmpty();
    this.listed = set ? ModelList.of(name(), upstream.models()) : null;
    this.catalog =
        set
            ? null
            : new ModelCatalog(
                backend, kept, upstream.settings().modelsTimeout(), executor, timers);
  }

  String name() {
    return upstream.settings().name();
  }

  UpstreamBackend backend() {
    return backend;
  }

  /** Has the log say which models it has; asks for its list, unless the settings have it. */
  void announce() {
    if (catalog == null) {
      LOG.log(
          Level.INFO,
          "{0} has {1} models by helix.upstream.{2}.models",
          backend.describe(),
          upstream.models().size(),
          name());
    } else {
      catalog.announce();
    }
  }

  /**
   * The models that it is known to have; null where its list could never be had. A list that cannot
   * be used is logged, and the one before holds.
   */
  synchronized ModelList listed() {
    Optional<byte[]> last = catalog == null ? Optional.empty() : catalog.lastList();
    if (last.isPresent() && last.get() != read) {
      byte[] before = read;
      read = last.get();
      hangsUntil = System.nanoTime();
      try {
        listed = Arrays.equals(before, read) ? listed : ModelList.of(read);
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "the list of models of " + backend.describe() + " is unusable", e);
      }
    }
    return listed;
  }

  /** Has the log say, once, that it lists an id which begins with another's name. */
  void warnOf(String id, NamedUpstream other) {
    if (warned.compareAndSet(false, true)) {
      LOG.log(
          Level.WARNING,
          "{0} lists {1}, which begins with the name of the upstream {2}, who is asked for it:"
              + " {3}/{1} asks this one",
          backend.describe(),
          Json.quote(id),
          other.name(),
          name());
    }
  }

  /** Whether it may be asked for a model by its own name, listed or not. */
  boolean takes(String model) {
    return catalog != null || upstream.models().contains(model);
  }

  /**
   * Complete when {@link #listed} is as new as its settings want it, or where it failed or hung
   * before. Never fails.
   */
  CompletionStage<?> lookAgain() {
    if (catalog == null) {
      return CompletableFuture.completedStage(null);
    }
    boolean failing = catalog.isFailing();
    CompletionStage<byte[]> list = catalog.list();
    return failing ? CompletableFuture.completedStage(null) : unlessHanging(list);
  }

  /**
   * Complete when {@link #listed} is no older than a second, cannot be had, or where it hung
   * before. Never fails.
   */
  CompletionStage<?> lookAnew() {
    return catalog == null
        ? CompletableFuture.completedStage(null)
        : unlessHanging(catalog.freshList());
  }

  private CompletionStage<?> unlessHanging(CompletionStage<byte[]> list) {
    return System.nanoTime() - hangsUntil < 0 ? CompletableFuture.completedStage(null) : list;
  }

  /** Somebody waited for its list in vain: nobody else does for a while, unless it comes. */
  void hangs() {
    hangsUntil = System.nanoTime() + HANGING_NANOS;
  }

  /**
   * Those of a call's headers that go to this upstream.
   *
   * @param others what goes to it besides its own
   */
  Map<String, String> own(Map<String, String> all, Set<String> others) {
    Map<String, String> kept = new HashMap<>(all);
    kept.keySet()
        .removeIf(
            name -> !headers.contains(name) && !others.contains(name.toLowerCase(Locale.ROOT)));
    return kept;
  }

  @Override
  public void close() {
    backend.close();
  }
}
