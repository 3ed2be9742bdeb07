package dev.helix.store.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.helix.servers.RedisServer;
import java.util.List;

/** All that the keys of a Redis hold. */
final class RawKeys {
  private RawKeys() {}

  static String of(RedisServer server) {
    StringBuilder all = new StringBuilder();
    for (Object key : (List<?>) server.call("KEYS", "*")) {
      String name = text(key);
      switch (text(server.call("TYPE", name))) {
        case "list" -> add(all, server.call("LRANGE", name, "0", "-1"));
        case "hash" -> add(all, server.call("HGETALL", name));
        default -> all.append(name).append('\n');
      }
    }
    return all.toString();
  }

  private static void add(StringBuilder all, Object values) {
    ((List<?>) values).forEach(value -> all.append(text(value)).append('\n'));
  }

  private static String text(Object reply) {
    return reply instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : "" + reply;
  }
}
