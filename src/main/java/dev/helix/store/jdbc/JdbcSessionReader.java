package dev.helix.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.MessageArray;
import dev.helix.store.ReadOnlySessions;
import dev.helix.store.ShownSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A look at sessions in a database, which changes nothing and holds no locks. Thread-safe, without
 * a state of its own.
 */
final class JdbcSessionReader implements ReadOnlySessions {
  /** Rows that a driver fetches at once; messages are mostly some kilobytes. */
  private static final int FETCHED = 100;

  private final JdbcDatabase database;

  JdbcSessionReader(JdbcDatabase database) {
    this.database = database;
  }

  @Override
  public Optional<SessionState> find(SessionId id) {
    JdbcRow row =
        database.transaction(
            "cannot read session " + id, connection -> JdbcRow.find(connection, id, false));
    return Optional.ofNullable(row).map(JdbcRow::state);
  }

  @Override
  public Reading read(SessionId id, LogVersion since) {
    return database.transaction(
        "cannot read session " + id, connection -> read(connection, id, since));
  }

  private static Reading read(Connection connection, SessionId id, LogVersion since)
      throws SQLException {
    while (true) {
      JdbcRow row = JdbcRow.find(connection, id, false);
      if (row == null) {
        return Reading.NOTHING;
      }
      LogVersion version = row.version();
      boolean goesOn = version.epoch().equals(since.epoch()) && since.length() <= version.length();
      long from = goesOn ? since.length() : 0;
      List<Message> elements =
          from == version.length() ? List.of() : elements(connection, id, version, from);
      if (elements.size() == version.length() - from) {
        return new Reading(row.state(), version, !goesOn, elements);
      }
      // It was deleted in between, and perhaps made anew: what there is now says the next look.
      if (version(connection, id).equals(version)) {
        throw new SessionException("session " + id + " lacks some of its messages");
      }
    }
  }

  private static LogVersion version(Connection connection, SessionId id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("select epoch, log_length from helix_session where id = ?")) {
      select.setString(1, id.value());
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? new LogVersion(rows.getString(1), rows.getLong(2)) : LogVersion.NONE;
      }
    }
  }

  /** One statement, so that all its rows are of one moment: none of them if it is another log. */
  private static List<Message> elements(
      Connection connection, SessionId id, LogVersion version, long from) throws SQLException {
    String sql =
        "select m.seq, m.element_json from helix_message m"
            + " join helix_session s on s.id = m.session_id and s.epoch = ?"
            + " where m.session_id = ? and m.seq > ? and m.seq <= ? order by m.seq";
    List<Message> elements = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, version.epoch());
      select.setString(2, id.value());
      select.setLong(3, from);
      select.setLong(4, version.length());
      select.setFetchSize(FETCHED);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          elements.add(message(id, rows.getLong(1), rows.getBytes(2)));
        }
      }
    }
    return elements;
  }

  private static Message message(SessionId id, long number, byte[] json) {
    try {
      return Message.parse(json);
    } catch (IllegalArgumentException e) {
      throw new SessionException("message " + number + " of session " + id + " is unreadable", e);
    }
  }

  @Override
  public Optional<String> note(SessionId id, String name) {
    return database.transaction(
        "cannot read a note of session " + id,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select content from helix_file where session_id = ? and path_digest = ?")) {
            select.setString(1, id.value());
            select.setBytes(2, JdbcRow.sha256(notePath(name).getBytes(UTF_8)));
            try (ResultSet rows = select.executeQuery()) {
              return rows.next()
                  ? Optional.of(new String(rows.getBytes(1), UTF_8))
                  : Optional.empty();
            }
          }
        });
  }

  static String notePath(String name) {
    return "context/" + name + ".md";
  }

  @Override
  public List<SessionState> list(Position after, int limit) {
    if (limit == 0) {
      return List.of();
    }
    return database.transaction(
        "cannot list sessions", connection -> list(connection, after, limit));
  }

  private static List<SessionState> list(Connection connection, Position after, int limit)
      throws SQLException {
    String sql =
        "select id, updated_at, state from helix_session"
            + (after == null ? "" : " where updated_at <= ? and (updated_at < ? or id < ?)")
            + " order by updated_at desc, id desc limit ?";
    List<SessionState> page = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      int parameter = 0;
      if (after != null) {
        long time = JdbcRow.micros(after.updatedAt());
        select.setLong(++parameter, time);
        select.setLong(++parameter, time);
        select.setString(++parameter, after.id().value());
      }
      select.setInt(++parameter, limit);
      select.setFetchSize(FETCHED);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          page.add(
              JdbcRow.state(new SessionId(rows.getString(1)), rows.getBytes(3), rows.getLong(2)));
        }
      }
    }
    return page;
  }

  @Override
  public boolean export(SessionId id, SessionFiles.Visitor visitor) throws IOException {
    Whole whole = database.snapshot("cannot read session " + id, c -> whole(c, id, false));
    if (whole == null) {
      return false;
    }
    whole.show(visitor);
    return true;
  }

  /**
   * A session with all its content.
   *
   * @param files the others, by their paths
   */
  record Whole(JdbcRow row, List<Message> messages, Map<String, byte[]> files) {
    void show(SessionFiles.Visitor visitor) throws IOException {
      visitor.file(ShownSession.STATUS, row.statusJson());
      visitor.file(ShownSession.MESSAGES, MessageArray.of(messages));
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        visitor.file(file.getKey(), file.getValue());
      }
      visitor.end();
    }
  }

  /** A session, null where there is none; whoever holds its row, or a snapshot, sees one moment. */
  static Whole whole(Connection connection, SessionId id, boolean forUpdate) throws SQLException {
    JdbcRow row = JdbcRow.find(connection, id, forUpdate);
    if (row == null) {
      return null;
    }
    List<Message> messages = elements(connection, id, row.version(), 0);
    if (messages.size() != row.version().length()) {
      throw new SessionException("session " + id + " lacks some of its messages");
    }
    Map<String, byte[]> files = new TreeMap<>();
    try (PreparedStatement select =
        connection.prepareStatement("select path, content from helix_file where session_id = ?")) {
      select.setString(1, id.value());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          files.put(rows.getString(1), rows.getBytes(2));
        }
      }
    }
    return new Whole(row, messages, files);
  }

  @Override
  public Optional<byte[]> findOwnerSecret() {
    return new JdbcMeta(database).findOwnerSecret();
  }

  @Override
  public void close() {
    database.close();
  }
}
