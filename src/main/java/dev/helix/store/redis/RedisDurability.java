package dev.helix.store.redis;

import dev.helix.session.SessionException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Whether a Redis keeps what it has acknowledged: it must write everything to its append-only file
 * and to the disk before it answers, and must not drop keys when memory runs short. What a replica
 * lacks when it takes a primary's place is not looked at: replication is the operator's choice.
 * Thread-safe.
 */
record RedisDurability(RedisAddress address, boolean lossAllowed) {
  private static final Logger LOG = System.getLogger(RedisDurability.class.getName());
  private static final String ALLOW = "helix.store.allow.loss=true";

  /**
   * Asks one server.
   *
   * @throws SessionException if it may lose something and that was not allowed
   */
  void check(RedisWire wire) {
    String reason = reason(wire);
    if (reason == null) {
      return;
    }
    String message = "Redis at " + address + " may lose what it has acknowledged: " + reason;
    if (!lossAllowed) {
      throw new SessionException(message + ". Change that, or accept it with " + ALLOW);
    }
    LOG.log(Level.WARNING, message + ". It is used all the same, because of " + ALLOW);
  }

  /** Null if nothing speaks against it. */
  private static String reason(RedisWire wire) {
    try {
      if (!setting(wire, "appendonly").equals("yes")) {
        return "it keeps no append-only file; say appendonly yes and appendfsync always";
      }
      String forced = setting(wire, "appendfsync");
      if (!forced.equals("always")) {
        return "appendfsync is " + forced + " and not always";
      }
      if (setting(wire, "no-appendfsync-on-rewrite").equals("yes")) {
        return "it does not force while it rewrites its append-only file:"
            + " no-appendfsync-on-rewrite is yes and not no";
      }
      String policy = setting(wire, "maxmemory-policy");
      if (!setting(wire, "maxmemory").equals("0") && !policy.equals("noeviction")) {
        return "it drops keys when memory runs short: maxmemory-policy is "
            + policy
            + " and not noeviction";
      }
      return null;
    } catch (JedisDataException e) {
      if (RedisFailures.isForbidden(e)) {
        return "it does not tell how it is set up (CONFIG GET is not permitted), as managed"
            + " services often do not";
      }
      throw e;
    }
  }

  private static String setting(RedisWire wire, String name) {
    List<?> reply = (List<?>) wire.call(Command.CONFIG, "GET", name);
    return reply.size() < 2
        ? "not known"
        : new String((byte[]) reply.get(1), StandardCharsets.UTF_8);
  }
}
