package dev.helix.backend.routing;

import dev.helix.backend.BackendException;
import dev.helix.backend.BackendException.Reason;
import dev.helix.backend.ChatBackend;
import dev.helix.backend.ChatCall;
import dev.helix.backend.PassedCall;
import dev.helix.backend.PassingBackend;
import dev.helix.backend.ReplyReceiver;
import dev.helix.backend.upstream.SentBody;
import dev.helix.http.InvalidRequestException;
import dev.helix.text.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Several upstreams with names. Each is asked for the models that it lists, and for any of its own
 * by {@code NAME/MODEL}; what names no model is for the first. Each has its own key, connections
 * and headers. Safe for use by many threads.
 */
public final class RoutedUpstreams implements ChatBackend, PassingBackend {
  /** How long a list of all models waits for one of them: the others' are not held up by it. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What goes to every upstream to which something passes through. */
  private static final Set<String> PASSED = Set.of("content-type", "accept");

  private final Map<String, NamedUpstream> upstreams = new LinkedHashMap<>();
  private final List<NamedUpstream> inOrder;
  private final long keptNanos;
  private final ScheduledExecutorService timers;
  private volatile ModelIndex index;

  /** When the lists were last looked at, by {@link System#nanoTime}. */
  private volatile long looked;

  /**
   * One upstream and where the model is named otherwise.
   *
   * @param model the model to be sent instead; null where the request's own name stands
   */
  private record Route(NamedUpstream upstream, String model) {}

  /**
   * Opens them all; connections are made when first used. Executor and timers stay the caller's to
   * close.
   *
   * @param kept how long a list of models holds
   */
  public RoutedUpstreams(
      List<Upstream> all, Duration kept, Executor executor, ScheduledExecutorService timers) {
    boolean opened = false;
    try {
      for (Upstream upstream : all) {
        upstreams.put(
            upstream.settings().name(), new NamedUpstream(upstream, kept, executor, timers));
      }
      opened = true;
    } finally {
      if (!opened) {
        upstreams.values().forEach(NamedUpstream::close);
      }
    }
    this.inOrder = List.copyOf(upstreams.values());
    this.keptNanos = kept.toNanos();
    this.timers = timers;
    this.looked = System.nanoTime();
  }

  /** Asks for all lists, and has the log say what came of each. */
  public void announce() {
    inOrder.forEach(NamedUpstream::announce);
  }

  @Override
  public String describe() {
    return "one of the upstreams " + String.join(", ", upstreams.keySet());
  }

  @Override
  public String masked(String text) {
    String masked = text;
    for (NamedUpstream upstream : inOrder) {
      masked = upstream.backend().masked(masked);
    }
    return masked;
  }

  @Override
  public boolean looksIntoBodies() {
    return true;
  }

  @Override
  public CompletionStage<byte[]> models() {
    looked = System.nanoTime();
    CompletableFuture<Void> all = all(NamedUpstream::lookAgain);
    ScheduledFuture<?> enough =
        timers.schedule(() -> all.complete(null), PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    return all.thenApply(
        ignored -> {
          enough.cancel(false);
          return index().union();
        });
  }

  private CompletableFuture<Void> all(Function<NamedUpstream, CompletionStage<?>> each) {
    return CompletableFuture.allOf(
        inOrder.stream()
            .map(upstream -> each.apply(upstream).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  /** Where two come here at once the last index holds, and nothing is lost with the other. */
  private ModelIndex index() {
    ModelIndex current = ModelIndex.of(inOrder, index);
    index = current;
    return current;
  }

  @Override
  public Optional<byte[]> model(String id) {
    Route named = byName(id);
    ModelList list = named == null ? null : named.upstream.listed();
    return Optional.ofNullable(list)
        .map(known -> known.named(named.model, id))
        .map(entry -> Json.utf8(entry.toString()));
  }

  @Override
  public Exchange chat(ChatCall call, ReplyReceiver receiver) {
    try {
      ModelField field = ModelField.ofChat(call.body());
      return route(
          field.model(),
          receiver,
          route -> {
            NamedUpstream to = route.upstream;
            Map<String, String> headers = to.own(call.headers(), Set.of());
            return to.backend().chat(headers, body(call.body(), field, route), named(to, receiver));
          });
    } catch (InvalidRequestException e) {
      Refusal.tell(e.error(), receiver);
      return new RoutedExchange();
    }
  }

  @Override
  public Exchange pass(PassedCall call, ReplyReceiver receiver) {
    try {
      ModelField field =
          call.body() == null
              ? ModelField.NONE
              : ModelField.of(call.headers().get("Content-Type"), call.body());
      return route(
          field.model(),
          receiver,
          route -> {
            NamedUpstream to = route.upstream;
            Map<String, String> headers = to.own(call.headers(), PASSED);
            SentBody body = call.body() == null ? null : body(call.body(), field, route);
            return to.backend().pass(call, headers, body, named(to, receiver));
          });
    } catch (InvalidRequestException e) {
      Refusal.tell(e.error(), receiver);
      return new RoutedExchange();
    }
  }

  private static ReplyReceiver named(NamedUpstream upstream, ReplyReceiver receiver) {
    return new NamedReceiver(upstream.name(), receiver);
  }

  private static SentBody body(byte[] body, ModelField field, Route route) {
    return route.model == null ? SentBody.of(body) : field.with(route.model, body);
  }

  /** Begins at once where it is known with whom, else when the lists were asked for again. */
  private Exchange route(String model, ReplyReceiver receiver, Function<Route, Exchange> begin) {
    RoutedExchange exchange = new RoutedExchange();
    Route route = find(model);
    if (route != null) {
      exchange.begin(route.upstream, () -> begin.apply(route));
      lookAgain();
      return exchange;
    }
    CompletableFuture<Void> unused =
        all(NamedUpstream::lookAnew)
            .thenRun(
                () -> {
                  Route found = find(model);
                  if (found != null) {
                    exchange.begin(found.upstream, () -> begin.apply(found));
                  } else if (!exchange.isCancelled()) {
                    Refusal.tell(Refusal.unknown(model, inOrder), receiver);
                  }
                })
            .exceptionally(
                failure -> {
                  receiver.failed(
                      new BackendException(
                          Reason.BROKEN, "The upstream could not be asked.", failure));
                  return null;
                });
    return exchange;
  }

  /** Keeps the lists new while only chats come. */
  private void lookAgain() {
    if (System.nanoTime() - looked > keptNanos) {
      looked = System.nanoTime();
      inOrder.forEach(NamedUpstream::lookAgain);
    }
  }

  private Route find(String model) {
    if (model == null) {
      return new Route(inOrder.get(0), null);
    }
    NamedUpstream owner = index().owner(model);
    return owner == null ? byName(model) : new Route(owner, null);
  }

  private Route byName(String model) {
    int slash = model.indexOf('/');
    NamedUpstream upstream = slash < 0 ? null : upstreams.get(model.substring(0, slash));
    String own = model.substring(slash + 1);
    return upstream == null || own.isEmpty() || !upstream.takes(own)
        ? null
        : new Route(upstream, own);
  }

  @Override
  public void close() {
    RuntimeException first = null;
    for (NamedUpstream upstream : inOrder) {
      try {
        upstream.close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
