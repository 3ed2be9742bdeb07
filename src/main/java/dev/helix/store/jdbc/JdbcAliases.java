package dev.helix.store.jdbc;

import dev.helix.session.SessionAliases;
import dev.helix.session.SessionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Aliases as rows of {@code helix_meta}. Thread-safe, without a state of its own. */
final class JdbcAliases implements SessionAliases {
  private static final String PREFIX = "alias-";

  private final JdbcDatabase database;

  JdbcAliases(JdbcDatabase database) {
    this.database = database;
  }

  @Override
  public Optional<SessionId> find(String alias) {
    String name =
        database.read("cannot read the alias " + alias, connection -> name(connection, alias));
    return name == null ? Optional.empty() : SessionId.ofName(name);
  }

  private static String name(Connection connection, String alias) throws SQLException {
    String sql = "select meta_value from helix_meta where meta_key = ?";
    return JdbcSql.first(connection, row -> row.getString(1), sql, PREFIX + alias);
  }

  @Override
  public void save(String alias, SessionId id) {
    String what = "cannot keep the alias of session " + id;
    int unused =
        database.transaction(
            what,
            connection -> {
              String insert = "insert into helix_meta (meta_value, meta_key) values (?, ?)";
              String update = "update helix_meta set meta_value = ? where meta_key = ?";
              // Where another server is first, the insertion fails and all of it begins again.
              String sql = name(connection, alias) == null ? insert : update;
              return JdbcSql.change(connection, sql, id.value(), PREFIX + alias);
            });
    database.force(what);
  }

  @Override
  public void drop(String alias, SessionId id) {
    String what = "cannot remove the alias of session " + id;
    String sql = "delete from helix_meta where meta_key = ? and meta_value = ?";
    if (database.change(what, sql, PREFIX + alias, id.value()) > 0) {
      database.force(what);
    }
  }

  @Override
  public void each(BiConsumer<String, SessionId> visitor) {
    String sql =
        "select meta_key, meta_value from helix_meta where meta_key like '" + PREFIX + "%'";
    List<Map.Entry<String, String>> all =
        database.read(
            "cannot read the aliases",
            connection ->
                JdbcSql.all(connection, row -> Map.entry(row.getString(1), row.getString(2)), sql));
    for (Map.Entry<String, String> each : all) {
      String alias = each.getKey().substring(PREFIX.length());
      SessionId.ofName(each.getValue()).ifPresent(id -> visitor.accept(alias, id));
    }
  }
}
