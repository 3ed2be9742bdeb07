package dev.helix.store.redis;

import dev.helix.session.Erasing;
import dev.helix.session.SessionId;
import dev.helix.store.Erasure;
import dev.helix.store.LogPieces.Piece;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import redis.clients.jedis.Protocol.Command;

/**
 * Takes messages out of a session: looks at all of it piece by piece, and changes it in one script
 * if nobody has changed it since.
 */
record RedisErasure(RedisSessionReader reader, SessionId id, Erasing erasing) {
  /**
   * Takes them out; gives those that are in the log.
   *
   * @param row looks for the session, of which the state is readable then
   */
  Set<String> run(Supplier<Optional<RedisRow>> row) {
    Optional<Set<String>> there = Optional.empty();
    while (there.isEmpty()) {
      Optional<RedisRow> found = row.get();
      there = found.isEmpty() ? Optional.of(Set.of()) : run(found.get());
    }
    return there.get();
  }

  /** The same, unless somebody changes it meanwhile: then empty, with nothing changed. */
  private Optional<Set<String>> run(RedisRow row) {
    Erasure erasure = new Erasure(id, erasing, row.json());
    Map<Long, byte[]> changes = new TreeMap<>();
    long length = 0;
    Piece piece;
    do {
      piece = reader.piece(id, length);
      if (piece.state() == null || !piece.version().epoch().equals(row.epoch())) {
        return Optional.empty();
      }
      erasure.take(piece, length, changes::put);
      length += piece.rows();
    } while (piece.rows() > 0 && length < piece.version().length());
    Map<String, byte[]> files = files(erasure);
    if (changes.isEmpty() && files.isEmpty()) {
      return Optional.of(erasure.there());
    }
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of(row.epoch(), row.edition(), length, RedisSessionStore.newEpoch()));
    arguments.add(erasure.status());
    arguments.add(files.size());
    files.forEach((path, content) -> arguments.addAll(List.of(path, content)));
    changes.forEach((number, element) -> arguments.addAll(List.of(number - 1, element)));
    List<String> keys = List.of(RedisKeys.state(id), RedisKeys.log(id), RedisKeys.files(id));
    Object done = reader.redis.run(RedisScript.ERASE, keys, arguments.toArray());
    return done.equals(1L) ? Optional.of(erasure.there()) : Optional.empty();
  }

  /** The other files that change. */
  private Map<String, byte[]> files(Erasure erasure) {
    String key = RedisKeys.files(id);
    Map<String, byte[]> changed = new TreeMap<>();
    List<?> paths = (List<?>) reader.redis.with(key, wire -> wire.call(Command.HKEYS, key));
    for (Object each : paths) {
      String path = new String((byte[]) each, StandardCharsets.UTF_8);
      Object content =
          erasure.concerns(path)
              ? reader.redis.with(key, wire -> wire.call(Command.HGET, key, path))
              : null;
      byte[] next = content == null ? null : erasure.file(path, (byte[]) content);
      if (next != null) {
        changed.put(path, next);
      }
    }
    return changed;
  }
}
