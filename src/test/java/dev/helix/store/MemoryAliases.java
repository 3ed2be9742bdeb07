package dev.helix.store;

import dev.helix.session.SessionAliases;
import dev.helix.session.SessionId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Aliases that are only in memory. Thread-safe. */
final class MemoryAliases implements SessionAliases {
  private final Map<String, SessionId> names = new ConcurrentHashMap<>();

  @Override
  public Optional<SessionId> find(String alias) {
    return Optional.ofNullable(names.get(alias));
  }

  @Override
  public void save(String alias, SessionId id) {
    names.put(alias, id);
  }

  @Override
  public void drop(String alias, SessionId id) {
    names.remove(alias, id);
  }

  @Override
  public void each(BiConsumer<String, SessionId> visitor) {
    names.forEach(visitor);
  }
}
