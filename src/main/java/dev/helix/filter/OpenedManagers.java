package dev.helix.filter;

import dev.helix.archive.Archive;
import dev.helix.session.CacheShare;
import dev.helix.session.SessionManager;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreProviders;
import jakarta.servlet.ServletContext;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The session managers that the filters of one web application have opened. Filters whose settings
 * say the same store share one, as a sessions folder can be opened only once; the last of them
 * closes it, in whatever order the container ends them. Thread-safe.
 */
final class OpenedManagers {
  private final List<Opened> opened = new ArrayList<>();

  private OpenedManagers() {}

  static OpenedManagers of(ServletContext context) {
    String name = OpenedManagers.class.getName();
    // A container starts the filters of an application one after the other.
    if (!(context.getAttribute(name) instanceof OpenedManagers)) {
      context.setAttribute(name, new OpenedManagers());
    }
    return (OpenedManagers) context.getAttribute(name);
  }

  /**
   * Opens a store, or takes part in one that was opened with the same settings; {@link #leave} must
   * follow.
   *
   * @param cache what a manager that is made for it may take of the memory
   * @throws dev.helix.session.SessionException if it cannot be opened
   * @throws IllegalArgumentException if a setting makes no sense
   */
  synchronized SessionManager open(String store, UnaryOperator<String> settings, CacheShare cache) {
    Optional<Opened> known = join(each -> each.store.equals(store) && each.isOf(settings));
    if (known.isPresent()) {
      return known.get().manager;
    }
    Map<String, String> read = new HashMap<>();
    UnaryOperator<String> noted =
        key -> {
          String value = settings.apply(key);
          read.put(key, value);
          return value;
        };
    Clock clock = Clock.systemUTC();
    Optional<Path> archive = StoreProviders.named(store).archiveFolder(noted);
    SessionStore plain = SessionStore.open(store, noted);
    SessionStore whole = archive.map(in -> new Archive(in, clock).before(plain)).orElse(plain);
    Opened its =
        new Opened(store, read, new SessionManager(whole, clock, cache), new AtomicInteger(1));
    opened.add(its);
    return its.manager;
  }

  /** Takes part in a manager, if it is one of these; then {@link #leave} must follow. */
  synchronized boolean join(SessionManager manager) {
    return join(each -> each.manager == manager).isPresent();
  }

  private Optional<Opened> join(Predicate<Opened> which) {
    Optional<Opened> joined = opened.stream().filter(which).findFirst();
    joined.ifPresent(each -> each.users.incrementAndGet());
    return joined;
  }

  /** Gives a manager up, which is closed when nobody uses it any more; says whether that is so. */
  synchronized boolean leave(SessionManager manager) {
    boolean unused =
        opened.removeIf(each -> each.manager == manager && each.users.decrementAndGet() == 0);
    if (unused) {
      manager.close();
    }
    return unused;
  }

  private record Opened(
      String store, Map<String, String> read, SessionManager manager, AtomicInteger users) {
    /** Whether all that was read to open it says the same now. */
    boolean isOf(UnaryOperator<String> settings) {
      return read.entrySet().stream()
          .allMatch(entry -> Objects.equals(settings.apply(entry.getKey()), entry.getValue()));
    }
  }
}
