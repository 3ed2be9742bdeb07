package dev.helix.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.DamagedRows;
import dev.helix.store.LogPieces;
import dev.helix.store.LogPieces.Piece;
import dev.helix.store.ReadOnlySessions;
import dev.helix.store.ShownSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import redis.clients.jedis.Protocol.Command;

/** A look at sessions in Redis, which changes nothing: what a store reads. Thread-safe. */
class RedisSessionReader implements ReadOnlySessions {
  static final int SECRET_BYTES = 32;
  private static final int ELEMENTS_AT_ONCE = 256;

  final RedisAccess redis;
  final RedisOrder order;
  private final DamagedRows damaged = new DamagedRows();

  RedisSessionReader(RedisAccess redis, RedisOrder order) {
    this.redis = redis;
    this.order = order;
  }

  /**
   * Opens it beside the servers that use the sessions.
   *
   * @throws SessionException if there is no Redis to be read
   */
  static RedisSessionReader open(RedisAddress address) {
    RedisAccess redis = new RedisAccess(address, null, System::nanoTime);
    try {
      redis.with(RedisKeys.ORDER, wire -> wire.call(Command.EXISTS, RedisKeys.ORDER));
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
    return new RedisSessionReader(redis, new RedisOrder(redis, false));
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    String key = RedisKeys.OWNER_SECRET;
    byte[] secret = (byte[]) redis.with(key, wire -> wire.call(Command.GET, key));
    if (secret != null && secret.length != SECRET_BYTES) {
      throw new SessionException(
          key + " in Redis is damaged. Without it no owner finds their sessions: restore it");
    }
    return Optional.ofNullable(secret);
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    return RedisRow.find(redis, id).map(RedisRow::state);
  }

  @Override
  public Map<SessionId, SessionState> findAll(Collection<SessionId> ids) {
    Map<SessionId, SessionState> found = new HashMap<>();
    List<SessionId> asked = List.copyOf(ids);
    List<Object> rows = redis.each(asked.stream().map(RedisKeys::state).toList(), RedisRow::call);
    for (int i = 0; i < asked.size(); i++) {
      RedisRow.of(asked.get(i), rows.get(i))
          .ifPresent(row -> found.put(row.state().sessionId(), row.state()));
    }
    return found;
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    return LogPieces.read(id, since, length -> piece(id, length));
  }

  /** A piece of a log behind the first so many elements. */
  private Piece piece(SessionId id, long after) {
    return piece(id, RedisScript.READ, after, after + ELEMENTS_AT_ONCE - 1);
  }

  @Override
  public Reading readEnd(SessionId id, int bytes) {
    Piece piece = piece(id, RedisScript.END, bytes);
    return piece.state() == null
        ? Reading.NOTHING
        : piece.reading(piece.rows() == piece.version().length());
  }

  private Piece piece(SessionId id, RedisScript script, Object... which) {
    List<String> keys = List.of(RedisKeys.state(id), RedisKeys.log(id));
    List<?> reply = (List<?>) redis.run(script, keys, which);
    if (reply == null) {
      return Piece.nothing();
    }
    LogVersion whole = new LogVersion(RedisWire.text(reply.get(0)), (Long) reply.get(1));
    long after = (Long) reply.get(2);
    SessionState state = RedisRow.state(id, utf8(reply.get(4)), RedisWire.text(reply.get(5)));
    Piece piece = Piece.of(state, whole);
    for (Object element : (List<?>) reply.get(3)) {
      damaged.addTo(piece, id, after + piece.rows() + 1, (byte[]) element);
    }
    return piece;
  }

  private static String utf8(Object reply) {
    return new String((byte[]) reply, UTF_8);
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    String files = RedisKeys.files(id);
    Object note =
        redis.with(files, wire -> wire.call(Command.HGET, files, ShownSession.note(name)));
    return note == null ? Optional.empty() : Optional.of(utf8(note));
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return order.list(after, limit);
  }

  /**
   * A session as of one moment.
   *
   * @param epoch of its log
   * @param revision a counter that every change raises
   * @param session its content
   */
  record Shown(String epoch, String revision, ShownSession session) {}

  Optional<Shown> show(SessionId id) {
    List<String> keys = List.of(RedisKeys.state(id), RedisKeys.log(id), RedisKeys.files(id));
    while (true) {
      List<?> reply = (List<?>) redis.run(RedisScript.SHOW, keys);
      if (reply == null) {
        return Optional.empty();
      }
      LogVersion version = new LogVersion(RedisWire.text(reply.get(2)), (Long) reply.get(4));
      Map<String, byte[]> files = files((List<?>) reply.get(5));
      Optional<List<Message>> messages =
          LogPieces.all(id, version, files, after -> piece(id, after));
      if (messages.isPresent()) {
        byte[] json = (byte[]) reply.get(0);
        SessionState state = RedisRow.state(id, utf8(json), RedisWire.text(reply.get(1)));
        String status = utf8(ShownSession.status(json, state));
        ShownSession session = new ShownSession(state, status, messages.get(), files);
        return Optional.of(new Shown(version.epoch(), RedisWire.text(reply.get(3)), session));
      }
    }
  }

  /** Files of their paths and contents in turn. */
  private static Map<String, byte[]> files(List<?> reply) {
    Map<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < reply.size(); i += 2) {
      files.put(utf8(reply.get(i)), (byte[]) reply.get(i + 1));
    }
    return files;
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    Optional<Shown> shown = show(id);
    if (shown.isPresent()) {
      shown.get().session().to(visitor);
    }
    return shown.isPresent();
  }

  @Override
  public int damages() {
    return damaged.count();
  }

  @Override
  public void close() {
    redis.close();
  }
}
