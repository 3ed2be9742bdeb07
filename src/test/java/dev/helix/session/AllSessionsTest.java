package dev.helix.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.helix.session.SessionStore.Position;
import dev.helix.store.MemorySessionStore;
import dev.helix.transcript.LogVersion;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All sessions are gone through, and only a page of them is asked for at once. */
class AllSessionsTest {
  private static final Instant NOW = Instant.parse("2026-01-05T12:34:56Z");

  private static final int PAGE = 1000;

  private final List<Integer> limits = new ArrayList<>();

  /** The store, of which the limits are kept that it is asked for pages with. */
  private SessionStore watched(SessionStore store) {
    return (SessionStore)
        Proxy.newProxyInstance(
            SessionStore.class.getClassLoader(),
            new Class<?>[] {SessionStore.class},
            (proxy, called, arguments) -> {
              if (called.getName().equals("all")) {
                return InvocationHandler.invokeDefault(proxy, called, arguments);
              }
              if (called.getName().equals("list")) {
                limits.add((Integer) arguments[arguments.length - 1]);
              }
              try {
                return called.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static MemorySessionStore storeWith(int sessions) {
    MemorySessionStore store = new MemorySessionStore();
    for (int i = 0; i < sessions; i++) {
      // Some at the same time.
      SessionState state =
          SessionState.fresh(
              new SessionId("conv-" + i), "" + i, Owner.ANONYMOUS, NOW.plusSeconds(i / 7));
      store.append(state, LogVersion.NONE, List.of(), null);
    }
    return store;
  }

  @Test
  void all_areThoseThatAreListed_inTheirOrder_andAPageIsAskedForAtOnce() {
    try (MemorySessionStore store = storeWith(2 * PAGE + 3)) {
      SessionStore watched = watched(store);
      List<SessionState> listed = store.list(Integer.MAX_VALUE);
      assertEquals(listed, watched.all(null).toList());
      assertTrue(limits.stream().allMatch(limit -> limit == PAGE), "" + limits);
      Position middle = Position.of(listed.get(500));
      assertEquals(listed.subList(501, listed.size()), watched.all(middle).toList());
    }
  }

  @Test
  void first_areReadAlone() {
    try (MemorySessionStore store = storeWith(2 * PAGE)) {
      SessionStore watched = watched(store);
      assertEquals(store.list(5), watched.all(null).limit(5).toList());
      assertEquals(1, limits.size());
    }
  }

  @Test
  void noSession_isNone() {
    try (MemorySessionStore store = storeWith(0)) {
      assertEquals(List.of(), store.all(null).toList());
    }
  }
}
