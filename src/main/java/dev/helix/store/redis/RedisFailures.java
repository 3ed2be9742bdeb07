package dev.helix.store.redis;

import dev.helix.session.SessionException;
import dev.helix.session.StorageFullException;
import dev.helix.session.StoreUnavailableException;
import java.util.stream.Stream;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisBusyException;
import redis.clients.jedis.exceptions.JedisClusterException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** What the client's exceptions mean for a store. */
final class RedisFailures {
  private RedisFailures() {}

  /**
   * The exception of the store's contract. What Redis says is looked for anywhere in its message:
   * versions differ in what they put before it when it comes out of a script.
   */
  static SessionException of(JedisException failure, RedisAddress at) {
    String where = " at " + at;
    for (Throwable node : failure.getSuppressed()) {
      // Of nodes that were asked for the cluster's map, one that answered says more than the rest.
      if (node instanceof JedisDataException answer) {
        return of(answer, at);
      }
    }
    if (failure instanceof JedisRedirectionException) {
      return at.cluster()
          ? new StoreUnavailableException("Redis Cluster" + where + " is moving keys", failure)
          : ofACluster(at, failure);
    }
    if (failure instanceof JedisAccessControlException || says(failure, "NOPERM", "NOAUTH")) {
      return new SessionException(
          "Redis" + where + " does not let us in, or not do what we must: " + failure.getMessage(),
          failure);
    }
    if (says(failure, "OOM command not allowed", "No space left on device")) {
      return new StorageFullException("Redis" + where + " has no room left", failure);
    }
    boolean answered = failure instanceof JedisDataException;
    if (!answered
        || isElsewhere(failure)
        || failure instanceof JedisBusyException
        || says(failure, "TRYAGAIN ", "BUSY ", "max number of clients reached")) {
      return new StoreUnavailableException(
          "Redis" + where + " is not available: " + reason(failure), failure);
    }
    return new SessionException("Redis" + where + " refused: " + failure.getMessage(), failure);
  }

  /** What the client says, and what it was told itself. */
  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String told = "" + failure.getMessage();
    String reason = "" + root.getMessage();
    return told.contains(reason) ? told : told + " (" + reason + ")";
  }

  static SessionException ofACluster(RedisAddress at, JedisException cause) {
    return new SessionException(
        "Redis at " + at + " is of a cluster: helix.redis.url must be redis+cluster://", cause);
  }

  /** Whether the server does not let us use a command, or has none of this name. */
  static boolean isForbidden(JedisException failure) {
    return says(failure, "NOPERM", "unknown command");
  }

  /**
   * Whether another server may do what this one does not: since a fail-over it is a replica, has no
   * primary or no replicas, is cut off from its cluster, reads its data, or cannot write to its
   * disk.
   */
  static boolean isElsewhere(JedisException failure) {
    return failure instanceof JedisClusterException
        || says(failure, "READONLY ", "UNBLOCKED ", "MASTERDOWN ", "CLUSTERDOWN ")
        || says(failure, "LOADING ", "NOREPLICAS ", "MISCONF ");
  }

  private static boolean says(JedisException failure, String... words) {
    String message = String.valueOf(failure.getMessage());
    return Stream.of(words).anyMatch(message::contains);
  }
}
