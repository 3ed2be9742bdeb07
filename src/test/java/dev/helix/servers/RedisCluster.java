package dev.helix.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A Redis Cluster of three nodes without replicas, each a {@link RedisServer}. */
public final class RedisCluster implements AutoCloseable {
  private static final int NODES = 3;
  private static final int SLOTS = 16384;
  private static final Duration START = Duration.ofSeconds(30);

  private final List<RedisServer> nodes = new ArrayList<>();

  private RedisCluster() {}

  /** Starts one, or skips the test, as {@link RedisServer#start} does. */
  public static RedisCluster start() {
    RedisCluster cluster = new RedisCluster();
    try {
      for (int i = 0; i < NODES; i++) {
        cluster.nodes.add(RedisServer.start("cluster-enabled yes", "cluster-node-timeout 5000"));
      }
      for (int i = 0; i < NODES; i++) {
        Stream<String> slots =
            IntStream.range(SLOTS * i / NODES, SLOTS * (i + 1) / NODES).mapToObj(n -> "" + n);
        RedisServer node = cluster.nodes.get(i);
        node.call("CLUSTER", Stream.concat(Stream.of("ADDSLOTS"), slots).toArray(String[]::new));
        cluster.nodes.get(0).call("CLUSTER", "MEET", "127.0.0.1", "" + node.port());
      }
      cluster.awaitAgreement();
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  /** Returns when every node knows of all slots where they are. */
  public void awaitAgreement() {
    long deadline = System.nanoTime() + START.toNanos();
    while (!nodes.stream().allMatch(RedisCluster::isWhole)
        || nodes.stream().map(node -> slots(node)).distinct().count() > 1) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the nodes did not become a cluster");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static boolean isWhole(RedisServer node) {
    String info = new String((byte[]) node.call("CLUSTER", "INFO"), UTF_8);
    return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + NODES);
  }

  /** Which slots are at which port, in a node's opinion. */
  private static List<String> slots(RedisServer node) {
    List<String> slots = new ArrayList<>();
    for (Object range : (List<?>) node.call("CLUSTER", "SLOTS")) {
      List<?> fields = (List<?>) range;
      Object port = ((List<?>) fields.get(2)).get(1);
      slots.add(fields.get(0) + "-" + fields.get(1) + " " + port);
    }
    slots.sort(null);
    return slots;
  }

  public List<RedisServer> nodes() {
    return List.copyOf(nodes);
  }

  /** What {@code helix.redis.url} has to be. */
  public String url() {
    return nodes.get(0).url().replace("redis://", "redis+cluster://");
  }

  @Override
  public void close() {
    nodes.forEach(RedisServer::close);
  }
}
