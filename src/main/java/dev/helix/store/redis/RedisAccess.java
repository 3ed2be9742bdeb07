package dev.helix.store.redis;

import dev.helix.session.SessionException;
import dev.helix.session.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Redis as the store sees it: looked over before it is used, again after each time that it was
 * away, and now and then, as settings can be changed while it runs; and with the failures of the
 * store's contract. Thread-safe.
 */
final class RedisAccess implements AutoCloseable {
  private static final long GOOD_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int NEVER = -1;

  private final RedisAddress address;
  private final RedisLink link;
  private final RedisDurability durability;

  /** How often it was away. */
  private final AtomicInteger outages = new AtomicInteger();

  /** As many of them had been when it was last looked over. */
  private volatile int lookedOver = NEVER;

  private final LongSupplier nanoTime;

  /** When that was. */
  private final AtomicLong lookedAt = new AtomicLong();

  /**
   * @param durability null for one who only reads, to whom it does not matter
   * @param nanoTime as {@link System#nanoTime}
   */
  RedisAccess(RedisAddress address, RedisDurability durability, LongSupplier nanoTime) {
    this.address = address;
    this.durability = durability;
    this.nanoTime = nanoTime;
    this.link = new RedisLink(address, nanoTime);
  }

  /** Works with the server where a key is; in a cluster with keys of its slot only. */
  <T> T with(String key, Function<RedisWire, T> work) {
    try {
      lookOver();
      return link.with(key, work);
    } catch (JedisException e) {
      SessionException failure = RedisFailures.of(e, address);
      if (failure instanceof StoreUnavailableException) {
        outages.incrementAndGet();
      }
      throw failure;
    }
  }

  /** Runs a script where its first key is. */
  Object run(RedisScript script, List<String> keys, Object... arguments) {
    return with(keys.get(0), wire -> wire.run(script, keys, arguments));
  }

  /** Asks the same of several keys, wherever they are; in a cluster one after the other. */
  List<Object> each(List<String> keys, Function<String, RedisWire.Call> call) {
    if (keys.isEmpty()) {
      return List.of();
    }
    if (!isCluster()) {
      return with(keys.get(0), wire -> wire.all(keys.stream().map(call).toList()));
    }
    List<Object> replies = new ArrayList<>();
    for (String key : keys) {
      replies.add(with(key, wire -> wire.one(call.apply(key))));
    }
    return replies;
  }

  private void lookOver() {
    int before = outages.get();
    long last = lookedAt.get();
    long now = nanoTime.getAsLong();
    // One caller looks again, and the others go on meanwhile.
    boolean isOld =
        durability != null
            && !durability.lossAllowed()
            && now - last >= GOOD_NANOS
            && lookedAt.compareAndSet(last, now);
    if (lookedOver == before && !isOld) {
      return;
    }
    try {
      if (!isCluster()) {
        link.withEach(this::checkThatItIsAlone);
      }
      if (durability != null) {
        link.withEach(durability::check);
      }
    } catch (SessionException e) {
      lookedOver = NEVER; // Nobody uses it until it is set right.
      throw e;
    }
    lookedAt.set(now);
    lookedOver = before;
  }

  /** A cluster's node would do well for some keys only. */
  private void checkThatItIsAlone(RedisWire wire) {
    String info;
    try {
      info = RedisWire.text(wire.call(Command.INFO, "cluster"));
    } catch (JedisDataException e) {
      if (RedisFailures.isForbidden(e)) {
        return;
      }
      throw e;
    }
    if (info.contains("cluster_enabled:1")) {
      throw RedisFailures.ofACluster(address, null);
    }
  }

  boolean isCluster() {
    return address.cluster();
  }

  @Override
  public String toString() {
    return address.toString();
  }

  @Override
  public void close() {
    link.close();
  }
}
