package dev.helix.store.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Where Redis is and how to get in. Immutable.
 *
 * @param hosts one, or some of a cluster's nodes
 * @param cluster whether they are of a Redis Cluster
 * @param tls whether to speak TLS, and to check the server's certificate and name
 * @param user null for the default one
 * @param password null where none is asked for
 * @param database its number; 0 in a cluster
 */
record RedisAddress(
    List<Host> hosts, boolean cluster, boolean tls, String user, String password, int database) {
  private static final int PORT = 6379;
  private static final String FORM =
      "redis://[user:password@]host[:port][/database], or rediss:// for TLS,"
          + " or redis+cluster:// or rediss+cluster:// with nodes of a cluster, separated by commas;"
          + " in user and password, what has a meaning in URLs is written with %";

  /**
   * A server's name.
   *
   * @param name a host name or an address, without brackets
   * @param port its port
   */
  record Host(String name, int port) {}

  RedisAddress {
    hosts = List.copyOf(hosts);
  }

  /**
   * Reads a URL. Several hosts are a cluster's.
   *
   * @throws IllegalArgumentException if it is none; the message is what it must be, and nothing of
   *     what is in it
   */
  static RedisAddress parse(String url) {
    int scheme = url.indexOf("://");
    if (scheme < 0) {
      throw new IllegalArgumentException(FORM);
    }
    String kind = url.substring(0, scheme).toLowerCase(Locale.ROOT);
    String rest = url.substring(scheme + 3);
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    String path = slash < 0 ? "" : rest.substring(slash + 1);
    int at = authority.lastIndexOf('@');
    String[] login = at < 0 ? new String[] {""} : authority.substring(0, at).split(":", 2);
    List<Host> hosts = new ArrayList<>();
    for (String host : authority.substring(at + 1).split(",", -1)) {
      hosts.add(host(host));
    }
    boolean cluster = kind.endsWith("+cluster") || hosts.size() > 1;
    boolean tls = kind.startsWith("rediss");
    if (!kind.matches("rediss?(\\+cluster)?") || !path.matches("[0-9]{0,4}")) {
      throw new IllegalArgumentException(FORM);
    }
    int database = path.isEmpty() ? 0 : Integer.parseInt(path);
    if (cluster && database != 0) {
      throw new IllegalArgumentException(
          "without a database, as a Redis Cluster has only database 0");
    }
    return new RedisAddress(
        hosts,
        cluster,
        tls,
        login[0].isEmpty() ? null : decoded(login[0]),
        login.length < 2 ? null : decoded(login[1]),
        database);
  }

  private static Host host(String text) {
    try {
      URI uri = new URI("redis://" + text);
      String name = uri.getHost();
      if (name == null || uri.getRawUserInfo() != null || !text.equals(uri.getRawAuthority())) {
        throw new IllegalArgumentException(FORM);
      }
      boolean bracketed = name.startsWith("[");
      return new Host(
          bracketed ? name.substring(1, name.length() - 1) : name,
          uri.getPort() < 0 ? PORT : uri.getPort());
    } catch (URISyntaxException e) {
      // Its message shows the text, which may hold a password in the wrong place.
      throw new IllegalArgumentException(FORM);
    }
  }

  private static String decoded(String text) {
    try {
      // In this part of a URL a plus is a plus.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
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
                    host.name().contains(":")
                        ? "[" + host.name() + "]:" + host.port()
                        : host.name() + ":" + host.port())
            .collect(Collectors.joining(","));
    return (tls ? "rediss" : "redis")
        + (cluster ? "+cluster://" + names : "://" + names + "/" + database);
  }
}
