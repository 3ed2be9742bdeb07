package dev.helix.store.redis;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The connections to a Redis, or to the nodes of a Redis Cluster. Thread-safe. Every method throws
 * the client's own exceptions, and what was sent is never sent twice, unless Redis said that it did
 * nothing.
 */
interface RedisLink extends AutoCloseable {
  /** Lends the connection to where a key is. In a cluster it is good for keys of one slot. */
  <T> T with(String key, Function<RedisWire, T> work);

  /** Lends a connection to each server that takes writes. */
  void withEach(Consumer<RedisWire> work);

  @Override
  void close();
}
