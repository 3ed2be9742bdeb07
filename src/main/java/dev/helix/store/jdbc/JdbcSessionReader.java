package dev.helix.store.jdbc;

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
import dev.helix.store.ShownSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * A look at sessions in a database, which changes nothing and holds no locks: what a store reads.
 * Thread-safe, without a state of its own.
 */
class JdbcSessionReader implements ReadOnlySessions {
  static final int SECRET_BYTES = 32;

  /** Elements that are read at once; they are mostly some kilobytes. */
  private static final int ELEMENTS_AT_ONCE = 200;

  /** In bytes, or little more. */
  private static final int SMALLEST_ELEMENT = 50;

  final JdbcDatabase database;
  final DamagedRows damaged = new DamagedRows();
  final JdbcRebuilt rebuilt = new JdbcRebuilt(this);

  private final JdbcLists lists;

  JdbcSessionReader(JdbcDatabase database) {
    this(database, false);
  }

  /**
   * @param mayRepair whether what the lists lack may be stored
   */
  JdbcSessionReader(JdbcDatabase database, boolean mayRepair) {
    this.database = database;
    this.lists = new JdbcLists(database, mayRepair);
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    JdbcRow row =
        database.read(
            "cannot read session " + id, connection -> JdbcRow.find(connection, id, false));
    if (row == null) {
      return Optional.empty();
    }
    return Optional.of(row.state().isUnreadable() ? readable(row) : row.state());
  }

  /** The state of a row that is unreadable, made anew where it is known whose it is. */
  SessionState readable(JdbcRow row) {
    damaged.state(row.id());
    return database
        .transaction(
            "cannot read session " + row.id(), connection -> rebuilt.of(connection, row, null))
        .orElse(row.state());
  }

  @Override
  public Map<SessionId, SessionState> findAll(Collection<SessionId> ids) {
    if (ids.isEmpty()) {
      return Map.of();
    }
    String sql =
        "select epoch, log_length, updated_at, state, id from helix_session where id in (?"
            + ", ?".repeat(ids.size() - 1)
            + ")";
    List<SessionState> found =
        database.read(
            "cannot read sessions",
            connection ->
                JdbcSql.all(
                    connection,
                    row -> JdbcRow.of(new SessionId(row.getString(5)), row).state(),
                    sql,
                    ids.stream().map(SessionId::value).toArray()));
    return found.stream().collect(Collectors.toMap(SessionState::sessionId, state -> state));
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    return read(id, since, bytes -> {});
  }

  @Override
  public Reading read(SessionId id, LogVersion since, LongConsumer ahead) {
    return LogPieces.read(id, since, ahead, length -> piece(id, length));
  }

  private Piece piece(SessionId id, long after) {
    return database.read("cannot read session " + id, connection -> piece(connection, id, after));
  }

  /** One statement, so that all of it is of one moment. */
  Piece piece(Connection connection, SessionId id, long after) throws SQLException {
    // The state comes with the first row only.
    String sql =
        "select s.epoch, s.log_length, s.updated_at,"
            + " case when m.seq > ? then null else s.state end, m.seq, m.element_json"
            + " from helix_session s left join helix_message m"
            + " on m.session_id = s.id and m.seq > ? and m.seq <= (select max(e.seq) from"
            + " (select l.seq, sum(octet_length(l.element_json)) over (order by l.seq)"
            + " - octet_length(l.element_json) as ahead from helix_message l"
            + " where l.session_id = ? and l.seq > ? and l.seq <= ?) e where e.ahead < ?)"
            + " where s.id = ? order by m.seq";
    String name = id.value();
    long last = after + ELEMENTS_AT_ONCE;
    return piece(connection, id, sql, after + 1, after, name, after, last, LogPieces.BYTES, name);
  }

  private Piece piece(Connection connection, SessionId id, String sql, Object... values)
      throws SQLException {
    Piece piece = Piece.nothing();
    List<JdbcRow> found =
        JdbcSql.all(
            connection,
            row -> {
              byte[] json = row.getBytes(6);
              if (json != null) {
                damaged.addTo(piece, id, row.getLong(5), json);
              }
              return row.getBytes(4) == null ? null : JdbcRow.of(id, row);
            },
            sql,
            values);
    found.removeIf(Objects::isNull);
    if (found.isEmpty()) {
      return Piece.nothing();
    }
    JdbcRow row = found.get(0);
    return new Piece(row.state(), row.version(), piece.elements(), piece.damaged());
  }

  @Override
  public Reading readEnd(SessionId id, int bytes) {
    return readEnd(id, bytes, held -> {});
  }

  @Override
  public Reading readEnd(SessionId id, int bytes, LongConsumer ahead) {
    Piece piece =
        database.read("cannot read session " + id, connection -> end(connection, id, bytes));
    ahead.accept(piece.bytes());
    return piece.state() == null
        ? Reading.NOTHING
        : piece.reading(piece.rows() == piece.version().length());
  }

  private Piece end(Connection connection, SessionId id, int bytes) throws SQLException {
    // The state comes with the last row only. Of each element but the first there must be room for
    // what comes behind it.
    String sql =
        "select s.epoch, s.log_length, s.updated_at,"
            + " case when m.seq < s.log_length then null else s.state end, m.seq, m.element_json"
            + " from helix_session s left join helix_message m"
            + " on m.session_id = s.id and m.seq >= (select min(e.seq) from"
            + " (select l.seq, sum(octet_length(l.element_json)) over (order by l.seq desc)"
            + " - octet_length(l.element_json) as behind from helix_message l"
            + " where l.session_id = ?"
            + " and l.seq > (select t.log_length - ? from helix_session t where t.id = ?)) e"
            + " where e.behind < ?)"
            + " where s.id = ? order by m.seq";
    return piece(
        connection,
        id,
        sql,
        id.value(),
        1 + bytes / SMALLEST_ELEMENT,
        id.value(),
        Math.max(1, bytes),
        id.value());
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    return database.read(
        "cannot read a note of session " + id,
        connection ->
            Optional.ofNullable(file(connection, id, ShownSession.note(name)))
                .map(content -> new String(content, UTF_8)));
  }

  /** A file's content, null where there is none. */
  static byte[] file(Connection connection, SessionId id, String path) throws SQLException {
    String sql = "select content from helix_file where session_id = ? and path_digest = ?";
    return JdbcSql.first(
        connection, row -> row.getBytes(1), sql, id.value(), JdbcInserts.digest(path));
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    return lists.all(after, limit);
  }

  @Override
  public List<SessionState> listOf(Owner owner, Position after, int limit) {
    return lists.isWhole()
        ? lists.of(owner, after, limit)
        : ReadOnlySessions.super.listOf(owner, after, limit);
  }

  @Override
  public long countOf(Owner owner, Instant from, Instant to) {
    return owner == null || lists.isWhole()
        ? lists.count(owner, from, to)
        : ReadOnlySessions.super.countOf(owner, from, to);
  }

  @Override
  public long bytes(SessionId id) {
    String sql =
        "select octet_length(s.state)"
            + " + coalesce((select sum(octet_length(m.element_json))"
            + " from helix_message m where m.session_id = s.id), 0)"
            + " + coalesce((select sum(octet_length(f.content))"
            + " from helix_file f where f.session_id = s.id), 0)"
            + " from helix_session s where s.id = ?";
    Long bytes =
        database.read(
            "cannot look at session " + id,
            connection -> JdbcSql.first(connection, row -> row.getLong(1), sql, id.value()));
    return bytes == null ? 0 : bytes;
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    Optional<ShownSession> whole =
        database.transaction("cannot read session " + id, connection -> whole(connection, id));
    if (whole.isPresent()) {
      whole.get().to(visitor);
    }
    return whole.isPresent();
  }

  /** A session as of one moment. */
  Optional<ShownSession> whole(Connection connection, SessionId id) throws SQLException {
    while (true) {
      Map<String, byte[]> files = new TreeMap<>();
      JdbcRow row = row(connection, id, files);
      if (row == null) {
        return Optional.empty();
      }
      Optional<List<Message>> log =
          LogPieces.all(id, row.version(), files, after -> piece(connection, id, after));
      if (log.isPresent()) {
        SessionState state = row.state();
        byte[] status = row.status();
        if (state.isUnreadable()) {
          state = rebuilt.of(connection, row, null).orElseThrow(() -> unreadable(id));
          files.put(DamagedRows.aside(status), status);
          status = state.toJson();
        } else {
          status = row.statusJson();
        }
        return Optional.of(new ShownSession(state, new String(status, UTF_8), log.get(), files));
      }
    }
  }

  static SessionException unreadable(SessionId id) {
    return new SessionException("the state of session " + id + " is unreadable");
  }

  /** A session's row with its files as of the same moment, null where there is none. */
  private static JdbcRow row(Connection connection, SessionId id, Map<String, byte[]> files)
      throws SQLException {
    String sql =
        "select s.epoch, s.log_length, s.updated_at, s.state, f.path, f.content"
            + " from helix_session s left join helix_file f on f.session_id = s.id where s.id = ?";
    return JdbcSql.first(
        connection,
        row -> {
          if (row.getString(5) != null) {
            files.put(row.getString(5), row.getBytes(6));
          }
          return JdbcRow.of(id, row);
        },
        sql,
        id.value());
  }

  @Override
  public SessionAliases aliases() {
    return new JdbcAliases(database);
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    return Optional.ofNullable(
            database.read("cannot read the owners' secret", JdbcSessionReader::secret))
        .map(JdbcSessionReader::secretOf);
  }

  /** The owners' secret in hex digits, null where there is none. */
  static String secret(Connection connection) throws SQLException {
    String sql = "select meta_value from helix_meta where meta_key = 'owner_secret'";
    return JdbcVendor.text(connection, sql);
  }

  static byte[] secretOf(String hex) {
    if (!hex.strip().matches("[0-9a-f]{" + 2 * SECRET_BYTES + "}")) {
      throw new SessionException(
          "the owners' secret in helix_meta is damaged. Without it no owner finds their sessions:"
              + " restore the row owner_secret from a copy of the database");
    }
    return HexFormat.of().parseHex(hex.strip());
  }

  @Override
  public int damages() {
    return damaged.count();
  }

  @Override
  public void close() {
    database.close();
  }
}
