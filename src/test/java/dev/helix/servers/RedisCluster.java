package dev.helix.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A Redis Cluster of three nodes, with replicas or without, each a {@link RedisServer}. */
public final class RedisCluster implements AutoCloseable {
  private static final int NODES = 3;
  private static final int SLOTS = 16384;
  private static final Duration START = Duration.ofSeconds(30);

  private final List<RedisServer> nodes = new ArrayList<>();
  private final List<RedisServer> replicas = new ArrayList<>();

  private RedisCluster() {}

  /** Starts one, or skips the test, as {@link RedisServer#start} does. */
  public static RedisCluster start() {
    RedisCluster cluster = new RedisCluster();
    try {
      for (int i = 0; i < NODES; i++) {
        cluster.nodes.add(node());
      }
      for (int i = 0; i < NODES; i++) {
        Stream<String> slots =
            IntStream.range(SLOTS * i / NODES, SLOTS * (i + 1) / NODES).mapToObj(n -> "" + n);
        RedisServer node = cluster.nodes.get(i);
        node.call("CLUSTER", Stream.concat(Stream.of("ADDSLOTS"), slots).toArray(String[]::new));
        cluster.join(node);
      }
      cluster.awaitAgreement();
    } catch (RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private static RedisServer node() {
    return RedisServer.start("cluster-enabled yes", "cluster-node-timeout 2000");
  }

  private void join(RedisServer node) {
    nodes.get(0).call("CLUSTER", "MEET", "127.0.0.1", "" + node.port());
  }

  /** Adds a replica of the last of the three, which takes its place when it dies. */
  public RedisServer addReplica() {
    RedisServer replica = node();
    replicas.add(replica);
    join(replica);
    awaitAgreement();
    String name = text(nodes.get(NODES - 1).call("CLUSTER", "MYID"));
    replica.call("CLUSTER", "REPLICATE", name);
    await(() -> text(replica.call("INFO", "replication")).contains("master_link_status:up"));
    return replica;
  }

  /** Returns when the replica has all that the last of the three has now. */
  public void awaitReplication() {
    RedisServer node = nodes.get(NODES - 1);
    long written = offset(node, "master_repl_offset:([0-9]+)");
    await(() -> offset(node, "slave0:.*,offset=([0-9]+)") >= written);
  }

  private static long offset(RedisServer node, String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(text(node.call("INFO", "replication")));
    return found.find() ? Long.parseLong(found.group(1)) : -1;
  }

  /** Returns when every node that lives knows of all slots where they are. */
  public void awaitAgreement() {
    await(
        () ->
            living().allMatch(node -> isWhole(node))
                && living().map(RedisCluster::slots).distinct().count() == 1);
  }

  private Stream<RedisServer> living() {
    return Stream.concat(nodes.stream(), replicas.stream()).filter(RedisServer::isAlive);
  }

  private boolean isWhole(RedisServer node) {
    String info = text(node.call("CLUSTER", "INFO"));
    int known = nodes.size() + replicas.size();
    return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + known);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + START.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the nodes do not agree");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static String text(Object reply) {
    return new String((byte[]) reply, UTF_8);
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
    replicas.forEach(RedisServer::close);
  }
}
