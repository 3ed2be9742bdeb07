package dev.helix.store.redis;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where Redis is and how to get in. Immutable.
 *
 * @param hosts one, or some of a cluster's nodes, unresolved
 * @param cluster whether they are of a Redis Cluster
 * @param tls whether to speak TLS, and to check the server's certificate and name
 * @param user null for the default one
 * @param password null where none is asked for
 * @param database its number; 0 in a cluster
 */
record RedisAddress(
    List<InetSocketAddress> hosts,
    boolean cluster,
    boolean tls,
    String user,
    String password,
    int database) {
  private static final int PORT = 6379;

  /** Whether TLS, whether a cluster, the hosts, the database. */
  private static final Pattern URL =
      Pattern.compile("(?i)redis(s?)(\\+cluster)?://([^/@]*)(?:/([0-9]{0,4}))?");

  private static final String FORM =
      "redis://host[:port][/database], or rediss:// for TLS, or redis+cluster:// or"
          + " rediss+cluster:// with nodes of a cluster, separated by commas";

  private static final String NO_LOGIN =
      "without user and password, which are helix.redis.user and helix.redis.password";

  RedisAddress {
    hosts = List.copyOf(hosts);
  }

  /**
   * Reads a URL. Several hosts are a cluster's.
   *
   * @param user null for the default one
   * @param password null where none is asked for
   * @throws IllegalArgumentException if it is none; the message is what it must be, and nothing of
   *     what is in it
   */
  static RedisAddress parse(String url, String user, String password) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(url.indexOf('@') < 0 ? FORM : NO_LOGIN);
    }
    List<InetSocketAddress> hosts =
        Stream.of(parts.group(3).split(",", -1)).map(RedisAddress::host).toList();
    boolean cluster = parts.group(2) != null || hosts.size() > 1;
    String number = parts.group(4);
    int database = number == null || number.isEmpty() ? 0 : Integer.parseInt(number);
    if (cluster && database != 0) {
      throw new IllegalArgumentException(
          "without a database, as a Redis Cluster has only database 0");
    }
    return new RedisAddress(hosts, cluster, !parts.group(1).isEmpty(), user, password, database);
  }

  private static InetSocketAddress host(String text) {
    try {
      URI uri = new URI("redis://" + text);
      String name = uri.getHost();
      if (name == null || uri.getRawUserInfo() != null || !text.equals(uri.getRawAuthority())) {
        throw new IllegalArgumentException(FORM);
      }
      return InetSocketAddress.createUnresolved(
          name.replaceAll("[\\[\\]]", ""), uri.getPort() < 0 ? PORT : uri.getPort());
    } catch (URISyntaxException | IllegalArgumentException e) {
      // Its message shows the text, which may hold a password in the wrong place.
      throw new IllegalArgumentException(FORM);
    }
  }

  /** The address for a log: without user and password. */
  @Override
  public String toString() {
    String names =
        hosts.stream()
            .map(
                host ->
                    host.getHostString().contains(":")
                        ? "[" + host.getHostString() + "]:" + host.getPort()
                        : host.getHostString() + ":" + host.getPort())
            .collect(Collectors.joining(","));
    return (tls ? "rediss" : "redis")
        + (cluster ? "+cluster://" + names : "://" + names + "/" + database);
  }
}
