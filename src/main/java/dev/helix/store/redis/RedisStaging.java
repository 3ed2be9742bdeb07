package dev.helix.store.redis;

import dev.helix.message.Message;
import dev.helix.session.SessionId;
import dev.helix.store.ShownSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import redis.clients.jedis.Protocol.Command;

/**
 * A session's content on its way into Redis: laid ready under names of its own, piece by piece, so
 * that a large one neither stops the server nor exceeds what it takes at once, and then put in
 * place in one step. What a crash leaves behind runs out.
 */
final class RedisStaging {
  private static final int BYTES_AT_ONCE = 8 << 20;
  private static final long RUNS_OUT_MILLIS = Duration.ofHours(1).toMillis();

  private final RedisAccess redis;
  private final SessionId id;
  private final String log;
  private final String files;

  RedisStaging(RedisAccess redis, SessionId id) {
    this.redis = redis;
    this.id = id;
    UUID name = UUID.randomUUID();
    this.log = RedisKeys.of(id, "ready:" + name + ":log");
    this.files = RedisKeys.of(id, "ready:" + name + ":files");
  }

  /** Puts it all there and says whether it took its place: not where there is a session. */
  boolean restore(ShownSession shown, String epoch) {
    push(shown.messages());
    for (Map.Entry<String, byte[]> file : shown.others().entrySet()) {
      put(files, List.of(RedisScript.utf8(file.getKey()), file.getValue()), Command.HSET);
    }
    List<String> keys =
        RedisKeys.withOrder(
            redis.isCluster(),
            RedisKeys.state(id),
            RedisKeys.log(id),
            RedisKeys.files(id),
            log,
            files);
    Object done =
        redis.run(
            RedisScript.RESTORE,
            keys,
            RedisRow.whose(shown.state()),
            epoch,
            shown.status(),
            RedisRow.micros(shown.state().updatedAt()),
            id.value(),
            shown.messages().size(),
            shown.others().size());
    return done.equals(1L);
  }

  private void push(List<Message> messages) {
    List<byte[]> piece = new ArrayList<>();
    long size = 0;
    for (Message message : messages) {
      byte[] element = message.elementJson();
      piece.add(element);
      size += element.length;
      if (size >= BYTES_AT_ONCE) {
        put(log, piece, Command.RPUSH);
        piece.clear();
        size = 0;
      }
    }
    if (!piece.isEmpty()) {
      put(log, piece, Command.RPUSH);
    }
  }

  private void put(String key, List<byte[]> values, Command how) {
    List<Object> arguments = new ArrayList<>();
    arguments.add(key);
    arguments.addAll(values);
    redis.with(
        key,
        wire ->
            wire.all(
                List.of(
                    RedisWire.Call.of(how, arguments.toArray()),
                    RedisWire.Call.of(Command.PEXPIRE, key, RUNS_OUT_MILLIS))));
  }
}
