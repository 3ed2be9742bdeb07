package dev.helix.backend.routing;

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
 * Several upstreams with names. Each is asked for any model of its own by {@code NAME/MODEL}, and
 * for those that it lists; what names no model is for the first. Each has its own key, connections
 * and headers. Safe for use by many threads.
 */
public final class RoutedUpstreams implements ChatBackend, PassingBackend {
  /** How long anybody waits for a list that does not come: the others are not held up by it. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What goes to every upstream to which something passes through. */
  private static final Set<String> PASSED = Set.of("content-type", "accept");

  private final Map<String, NamedUpstream> upstreams = new LinkedHashMap<>();
  private final List<NamedUpstream> inOrder;
  private final boolean ordered;
  private final long keptNanos;
  private final Executor executor;
  private final ScheduledExecutorService timers;
  private volatile ModelIndex index;

  /** When the lists were last looked at, by {@link System#nanoTime}. */
  private volatile long looked;

  /**
   * Opens them all; connections are made when first used. Executor and timers stay the caller's to
   * close.
   *
   * @param kept how long a list of models holds
   */
  public RoutedUpstreams(
      Upstreams all, Duration kept, Executor executor, ScheduledExecutorService timers) {
    boolean opened = false;
    try {
      for (Upstream upstream : all.all()) {
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
    this.ordered = all.ordered();
    this.keptNanos = kept.toNanos();
    this.executor = executor;
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
    return lookAround().thenApplyAsync(ignored -> index().union(), executor);
  }

  /**
   * The model for a chat that names none: the first of all. Empty where there is none, or where one
   * that comes earlier in a set order never gave its list. Blocks for a second at most.
   */
  public Optional<String> firstModel() {
    lookAround().join();
    return index().first();
  }

  private CompletableFuture<Void> lookAround() {
    looked = System.nanoTime();
    return patiently(all(NamedUpstream::lookAgain));
  }

  private List<? extends CompletableFuture<?>> all(
      Function<NamedUpstream, CompletionStage<?>> each) {
    return inOrder.stream().map(upstream -> each.apply(upstream).toCompletableFuture()).toList();
  }

  /** Complete when all upstreams' lists have come, or were waited for long enough. */
  private CompletableFuture<Void> patiently(List<? extends CompletableFuture<?>> lists) {
    CompletableFuture<Void> all = CompletableFuture.allOf(lists.toArray(CompletableFuture[]::new));
    if (all.isDone()) {
      return all;
    }
    ScheduledFuture<?> enough =
        timers.schedule(
            () -> executor.execute(() -> giveUp(lists, all)), PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    return all.whenComplete((ignored, never) -> enough.cancel(false));
  }

  private void giveUp(List<? extends CompletableFuture<?>> lists, CompletableFuture<Void> all) {
    for (int i = 0; i < lists.size(); i++) {
      if (!lists.get(i).isDone()) {
        inOrder.get(i).hangs();
      }
    }
    all.complete(null);
  }

  /** Where two come here at once the last index holds, and nothing is lost with the other. */
  private ModelIndex index() {
    ModelIndex current = ModelIndex.of(inOrder, ordered, index);
    index = current;
    return current;
  }

  @Override
  public Optional<byte[]> model(String id) {
    Route route = index().find(id);
    ModelList list = route == null || route.model() == null ? null : route.upstream().listed();
    return Optional.ofNullable(list)
        .map(known -> known.named(route.model(), id))
        .map(entry -> Json.utf8(entry.toString()));
  }

  @Override
  public boolean isUnknown(String id) {
    ModelIndex known = index();
    NamedUpstream named = known.named(id);
    return named != null
        ? named.listed() == null
        : known.find(id) == null && inOrder.stream().anyMatch(each -> each.listed() == null);
  }

  @Override
  public Exchange chat(ChatCall call, ReplyReceiver receiver) {
    try {
      ModelField field = ModelField.ofChat(call.body());
      return route(
          field.model(),
          receiver,
          route -> {
            NamedUpstream to = route.upstream();
            Map<String, String> headers = to.own(call.headers(), Set.of());
            return to.backend().chat(headers, body(call.body(), field, route), named(to, receiver));
          });
    } catch (InvalidRequestException e) {
      return RoutedExchange.refused(e.error(), receiver);
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
            NamedUpstream to = route.upstream();
            Map<String, String> headers = to.own(call.headers(), PASSED);
            SentBody body = call.body() == null ? null : body(call.body(), field, route);
            return to.backend().pass(call, headers, body, named(to, receiver));
          });
    } catch (InvalidRequestException e) {
      return RoutedExchange.refused(e.error(), receiver);
    }
  }

  private static ReplyReceiver named(NamedUpstream upstream, ReplyReceiver receiver) {
    return new NamedReceiver(upstream.name(), receiver);
  }

  private static SentBody body(byte[] body, ModelField field, Route route) {
    return route.model() == null ? SentBody.of(body) : field.with(route.model(), body);
  }

  /** Begins at once where it is known with whom, else when the lists were asked for again. */
  private Exchange route(String model, ReplyReceiver receiver, Function<Route, Exchange> begin) {
    RoutedExchange exchange = new RoutedExchange(receiver, begin);
    Route route = find(model);
    if (route != null) {
      exchange.begin(route);
      lookAgain();
    } else if (index().named(model) != null) {
      exchange.refuse(Refusal.notSet(model, index().named(model)));
    } else {
      search(model, exchange);
    }
    return exchange;
  }

  /** Begins as soon as one list has the model; refuses when all have come or enough was waited. */
  private void search(String model, RoutedExchange exchange) {
    List<? extends CompletableFuture<?>> lists = all(NamedUpstream::lookAnew);
    for (CompletableFuture<?> list : lists) {
      if (!list.isDone()) {
        CompletableFuture<Void> unused =
            list.thenRunAsync(() -> beginIfFound(model, exchange), executor);
      }
    }
    CompletableFuture<Void> unused =
        patiently(lists)
            .thenRunAsync(
                () -> {
                  if (!beginIfFound(model, exchange)) {
                    exchange.refuse(Refusal.unknown(model, inOrder));
                  }
                },
                executor);
  }

  private boolean beginIfFound(String model, RoutedExchange exchange) {
    Route route = find(model);
    if (route != null) {
      exchange.begin(route);
    }
    return route != null;
  }

  /** Keeps the lists new while only chats come. */
  private void lookAgain() {
    if (System.nanoTime() - looked > keptNanos) {
      looked = System.nanoTime();
      inOrder.forEach(NamedUpstream::lookAgain);
    }
  }

  private Route find(String model) {
    return model == null ? new Route(inOrder.get(0), null) : index().find(model);
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
