package dev.helix.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.Owner;
import dev.helix.session.SessionAliases;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.DamagedRows;
import dev.helix.store.LogPieces;
import dev.helix.store.LogPieces.Piece;
import dev.helix.store.ReadOnlySessions;
import dev.helix.store.RebuiltState;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import redis.clients.jedis.Protocol.Command;

/** A look at sessions in Redis, which changes nothing: what a store reads. Thread-safe. */
class RedisSessionReader implements ReadOnlySessions {
  static final int SECRET_BYTES = 32;
  private static final int ELEMENTS_AT_ONCE = 256;

  final RedisAccess redis;
  final RedisOrder order;
  final DamagedRows damaged = new DamagedRows();

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
          key
              + " in Redis is damaged. Without it no owner finds their sessions: restore it from a"
              + " copy");
    }
    return Optional.ofNullable(secret);
  }

  @Override
  public SessionAliases aliases() {
    return new RedisAliases(redis);
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    return RedisRow.find(redis, id)
        .map(row -> row.state().isUnreadable() ? readable(id, row) : row.state());
  }

  /** The state of a row that is unreadable, made anew where it is known whose it is. */
  SessionState readable(SessionId id, RedisRow row) {
    damaged.state(id);
    return rebuilt(id, row, null).orElse(row.state());
  }

  /**
   * An unreadable state made anew. Whose it is, a digest beside it tells: not by itself, but it
   * proves a guess.
   *
   * @param asked whose it may be; null for nobody, of the conversation that the name spells
   * @return empty where it is another's
   */
  Optional<SessionState> rebuilt(SessionId id, RedisRow row, SessionState asked) {
    SessionState nobodys =
        SessionState.fresh(
            id, RebuiltState.spelled(id).orElse(null), Owner.ANONYMOUS, row.state().updatedAt());
    SessionState whose = asked == null ? nobodys : asked;
    if (!Arrays.equals(row.whose(), RedisRow.whose(whose))) {
      return Optional.empty();
    }
    String files = RedisKeys.files(id);
    Object request = redis.with(files, wire -> wire.call(Command.HGET, files, RequestFile.PATH));
    SessionState made =
        RebuiltState.of(
            id,
            whose.conversationId(),
            whose.owner(),
            read(id, LogVersion.NONE).elements(),
            RebuiltState.request((byte[]) request));
    return Optional.of(made.withUpdatedAt(row.state().updatedAt()));
  }

  @Override
  public boolean isLeased(SessionId id) {
    return redis.run(RedisScript.LEASED, List.of(RedisKeys.lease(id))).equals(1L);
  }

  static SessionException unreadable(SessionId id) {
    return new SessionException("the state of session " + id + " is unreadable");
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
  public long bytes(SessionId id) {
    List<String> keys = List.of(RedisKeys.state(id), RedisKeys.log(id), RedisKeys.files(id));
    return (Long) redis.run(RedisScript.BYTES, keys);
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    return read(id, since, bytes -> {});
  }

  @Override
  public Reading read(SessionId id, LogVersion since, LongConsumer ahead) {
    return LogPieces.read(id, since, ahead, length -> piece(id, length));
  }

  /** A piece of a log behind the first so many elements. */
  Piece piece(SessionId id, long after) {
    return piece(id, RedisScript.READ, after, after + ELEMENTS_AT_ONCE - 1, LogPieces.BYTES);
  }

  @Override
  public Reading readEnd(SessionId id, int bytes) {
    return readEnd(id, bytes, held -> {});
  }

  @Override
  public Reading readEnd(SessionId id, int bytes, LongConsumer ahead) {
    Piece piece = piece(id, RedisScript.END, bytes);
    ahead.accept(piece.bytes());
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
    SessionState state = RedisRow.state(id, reply.get(4), RedisWire.text(reply.get(5)));
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
        SessionState state = RedisRow.state(id, json, RedisWire.text(reply.get(1)));
        String status;
        if (state.isUnreadable()) {
          Optional<RedisRow> row = RedisRow.find(redis, id);
          state = row.flatMap(found -> rebuilt(id, found, null)).orElseThrow(() -> unreadable(id));
          status = utf8(state.toJson());
          files.put(DamagedRows.aside(row.get().json()), row.get().json());
        } else {
          status = utf8(ShownSession.status(json, state));
        }
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
