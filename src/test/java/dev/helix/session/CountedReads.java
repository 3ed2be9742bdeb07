package dev.helix.session;

import dev.helix.transcript.LogVersion;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** A real store, with a count of how often all of a log was asked for. Thread-safe. */
final class CountedReads {
  private final AtomicInteger whole = new AtomicInteger();
  private final SessionStore store;

  CountedReads(SessionStore counted) {
    store =
        (SessionStore)
            Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, called, arguments) -> {
                  if (called.getName().equals("read") && arguments[1].equals(LogVersion.NONE)) {
                    whole.incrementAndGet();
                  }
                  try {
                    return called.invoke(counted, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  SessionStore store() {
    return store;
  }

  /** How often since this was asked last. */
  int whole() {
    return whole.getAndSet(0);
  }
}
