package dev.helix.session;

import dev.helix.transcript.LogVersion;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/**
 * A real store, with a list of what it was asked and a count of how often that was all of a log.
 * Thread-safe.
 */
public final class CountedReads {
  private final AtomicInteger whole = new AtomicInteger();
  private final List<String> calls = new ArrayList<>();
  private final SessionStore store;

  /** The store, as it is. */
  public CountedReads(SessionStore counted) {
    this(counted, bytes -> bytes);
  }

  /** A store that gives ends of a log of other lengths than asked for. */
  CountedReads(SessionStore counted, IntUnaryOperator end) {
    store =
        (SessionStore)
            Proxy.newProxyInstance(
                SessionStore.class.getClassLoader(),
                new Class<?>[] {SessionStore.class},
                (proxy, called, arguments) -> {
                  if (called.getName().equals("read") && arguments[1].equals(LogVersion.NONE)) {
                    whole.incrementAndGet();
                  }
                  synchronized (calls) {
                    calls.add(called.getName());
                  }
                  if (called.getName().equals("readEnd")) {
                    arguments[1] = end.applyAsInt((int) arguments[1]);
                  }
                  try {
                    return called.invoke(counted, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  /** The store that counts. */
  public SessionStore store() {
    return store;
  }

  /** How often all was read since this was asked last. */
  int whole() {
    return whole.getAndSet(0);
  }

  /** What was called since this was asked last, in its order. */
  public List<String> calls() {
    synchronized (calls) {
      List<String> all = List.copyOf(calls);
      calls.clear();
      return all;
    }
  }
}
