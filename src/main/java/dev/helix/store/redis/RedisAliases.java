package dev.helix.store.redis;

import dev.helix.session.SessionAliases;
import dev.helix.session.SessionId;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import redis.clients.jedis.Protocol.Command;

/** Aliases as the fields of one hash. Thread-safe, without a state of its own. */
final class RedisAliases implements SessionAliases {
  private static final String KEY = RedisKeys.ALIASES;
  private static final int AT_ONCE = 1000;

  private final RedisAccess redis;

  RedisAliases(RedisAccess redis) {
    this.redis = redis;
  }

  @Override
  public Optional<SessionId> find(String alias) {
    Object name = redis.with(KEY, wire -> wire.call(Command.HGET, KEY, alias));
    return name == null ? Optional.empty() : SessionId.ofName(RedisWire.text(name));
  }

  @Override
  public void save(String alias, SessionId id) {
    redis.with(KEY, wire -> wire.call(Command.HSET, KEY, alias, id.value()));
  }

  @Override
  public void drop(String alias, SessionId id) {
    redis.run(RedisScript.UNALIAS, List.of(KEY), alias, id.value());
  }

  @Override
  public void each(BiConsumer<String, SessionId> visitor) {
    String next = "0";
    do {
      String from = next;
      List<?> page =
          (List<?>) redis.with(KEY, wire -> wire.call(Command.HSCAN, KEY, from, "COUNT", AT_ONCE));
      next = RedisWire.text(page.get(0));
      List<?> pairs = (List<?>) page.get(1);
      for (int i = 0; i + 1 < pairs.size(); i += 2) {
        String alias = RedisWire.text(pairs.get(i));
        SessionId.ofName(RedisWire.text(pairs.get(i + 1)))
            .ifPresent(id -> visitor.accept(alias, id));
      }
    } while (!next.equals("0"));
  }
}
