package dev.helix.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.Erasing;
import dev.helix.session.Lease;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.store.DamagedRows;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Sessions in a database, which several servers may use at once. Thread-safe, without a state of
 * its own: what is known of a session is what the database says.
 *
 * <p>Whoever changes a session changes or locks its row first and keeps it to the end of the
 * transaction, so that all that is stored of one session is stored one after the other.
 */
final class JdbcSessionStore extends JdbcSessionReader {
  private final JdbcLeases leases;

  JdbcSessionStore(JdbcDatabase database) {
    super(database, true);
    this.leases = new JdbcLeases(database);
  }

  @Override
  public Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    JdbcAppend append = new JdbcAppend(state, expected, elements, lease);
    String what = "cannot append to session " + state.sessionId();
    Optional<Appended> atOnce =
        database.vendor() == JdbcVendor.POSTGRESQL && append.mayBeAtOnce()
            ? database.statement(what, append::atOnce)
            : Optional.empty();
    // Where it could not be done at once, this says why.
    return atOnce.orElseGet(() -> database.transaction(what, append::in));
  }

  /** Does nothing where a commit is durable, which is all but H2. */
  @Override
  public void force(SessionId id) {
    database.force("cannot force session " + id);
  }

  @Override
  public Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change) {
    return change(
        id,
        stored -> {
          SessionState next = change.apply(stored);
          return next != null && next.isSameConversation(stored) ? next : null;
        },
        "update");
  }

  @Override
  SessionState readable(JdbcRow row) {
    return mended(row.id(), null).orElse(row.state());
  }

  @Override
  public Optional<SessionState> reclaim(SessionState asked) {
    return mended(asked.sessionId(), asked);
  }

  /** Makes an unreadable state anew, where it is that of who is asked for, or of nobody. */
  private Optional<SessionState> mended(SessionId id, SessionState asked) {
    Optional<SessionState> mended =
        database.transaction(
            "cannot mend session " + id,
            connection -> {
              JdbcRow row = JdbcRow.find(connection, id, true);
              return row == null ? Optional.empty() : mended(connection, row, asked);
            });
    if (mended.isPresent()) {
      force(id);
    }
    return mended;
  }

  private Optional<SessionState> mended(Connection connection, JdbcRow row, SessionState asked)
      throws SQLException {
    if (!row.state().isUnreadable()) {
      return Optional.of(row.state()); // Another has just made it anew.
    }
    Optional<SessionState> made = rebuilt.of(connection, row, asked);
    if (made.isEmpty()) {
      damaged.state(row.id());
      return made;
    }
    String aside = DamagedRows.aside(row.status());
    JdbcSql.change(
        connection,
        "update helix_session set state = ?, owner_key = ? where id = ?",
        made.get().toJson(),
        JdbcRow.ownerKey(made.get().owner()),
        row.id().value());
    boolean unused = JdbcInserts.file(connection, row.id(), aside, row.status());
    damaged.mended(row.id(), aside);
    return made;
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    return change(
            id, stored -> stored.owner().isAnonymous() ? stored.withOwner(owner) : null, "adopt")
        .isPresent();
  }

  /** Replaces a state under its row's lock, unless the change is null. */
  private Optional<SessionState> change(
      SessionId id, UnaryOperator<SessionState> change, String verb) {
    Optional<SessionState> changed =
        database.transaction(
            "cannot " + verb + " session " + id,
            connection -> {
              JdbcRow row = readable(connection, JdbcRow.find(connection, id, true));
              SessionState next = row == null ? null : change.apply(row.state());
              if (next == null) {
                return Optional.empty();
              }
              JdbcSql.change(
                  connection,
                  "update helix_session set state = ?, updated_at = ?, holder = ?, owner_key = ?"
                      + " where id = ?",
                  next.toJson(row.status()),
                  JdbcRow.micros(next.updatedAt()),
                  JdbcRow.holder(next),
                  JdbcRow.ownerKey(next.owner()),
                  id.value());
              fileRequest(connection, row, next);
              return Optional.of(next);
            });
    if (changed.isPresent()) {
      force(id);
    }
    return changed;
  }

  /** Keeps all of a request that came later than the session, or of which the row had more. */
  private void fileRequest(Connection connection, JdbcRow row, SessionState next)
      throws SQLException {
    SessionId id = next.sessionId();
    if (!RequestFile.isDue(row.status(), next)) {
      return;
    }
    if (RequestFile.isReplaced(row.status(), next)
        || file(connection, id, RequestFile.PATH) == null) {
      List<Message> elements = whole(connection, id).orElseThrow().messages();
      String before = SessionState.wholeRequest(row.status());
      byte[] request = RequestFile.of(next, elements, before);
      boolean unused = JdbcInserts.file(connection, id, RequestFile.PATH, request);
    }
  }

  @Override
  public Set<String> erase(SessionId id, Erasing erasing) {
    Set<String> there =
        database.transaction(
            "cannot erase messages of session " + id,
            connection -> {
              JdbcRow row = readable(connection, JdbcRow.find(connection, id, true));
              return row == null ? Set.of() : new JdbcErasure(this, connection, row).run(erasing);
            });
    force(id);
    return there;
  }

  /** A row that is locked, of which the state is made anew where it is unreadable. */
  private JdbcRow readable(Connection connection, JdbcRow row) throws SQLException {
    if (row == null || !row.state().isUnreadable()) {
      return row;
    }
    SessionState made = mended(connection, row, null).orElseThrow(() -> unreadable(row.id()));
    return new JdbcRow(row.id(), row.version(), row.usedAt(), made.toJson());
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    boolean saved =
        database.transaction(
            "cannot save a note of session " + id,
            connection ->
                JdbcRow.find(connection, id, true) != null
                    && JdbcInserts.file(
                        connection, id, ShownSession.note(name), text.getBytes(UTF_8)));
    if (saved) {
      force(id);
    }
    return saved;
  }

  @Override
  public boolean adoptOwnerSecret(byte[] secret) {
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException("the owners' secret has 32 bytes");
    }
    String proposed = HexFormat.of().formatHex(secret);
    String hex =
        database.transaction(
            "cannot read the owners' secret",
            connection -> {
              String stored = secret(connection);
              if (stored == null) {
                // Where another server is first, this fails and begins again.
                keep(connection, "owner_secret", proposed);
              }
              return stored == null ? proposed : stored;
            });
    database.force("cannot force the owners' secret");
    return Arrays.equals(secret, secretOf(hex));
  }

  /** Keeps something of the whole store. */
  private static void keep(Connection connection, String key, String value) throws SQLException {
    String sql = "insert into helix_meta (meta_key, meta_value) values (?, ?)";
    JdbcSql.change(connection, sql, key, value);
  }

  @Override
  public boolean delete(SessionId id) {
    boolean deleted =
        database.transaction("cannot delete session " + id, connection -> delete(connection, id));
    if (deleted) {
      force(id);
    }
    return deleted;
  }

  @Override
  public boolean unmake(SessionState made, LogVersion version) {
    SessionId id = made.sessionId();
    boolean unmade =
        database.transaction(
            "cannot take back session " + id,
            connection -> {
              JdbcRow row = JdbcRow.find(connection, id, true);
              return row != null
                  && row.version().equals(version)
                  && row.state().equals(made)
                  && !hasOthers(connection, id)
                  && delete(connection, id);
            });
    if (unmade) {
      force(id);
    }
    return unmade;
  }

  /** Whether a session has files that it was not made with. */
  private static boolean hasOthers(Connection connection, SessionId id) throws SQLException {
    String sql = "select path from helix_file where session_id = ? and path <> ?";
    String other =
        JdbcSql.first(connection, row -> row.getString(1), sql, id.value(), RequestFile.PATH);
    return other != null;
  }

  /** Its row first: then whoever was appending has done so, and nobody begins. */
  private static boolean delete(Connection connection, SessionId id) throws SQLException {
    String name = id.value();
    return JdbcSql.change(connection, "delete from helix_session where id = ?", name) == 1
        && JdbcSql.change(connection, "delete from helix_message where session_id = ?", name) >= 0;
  }

  @Override
  public Optional<Lease> lease(SessionId id, Duration time) {
    return leases.take(id, time);
  }

  @Override
  public boolean renew(Lease lease, Duration time) {
    return leases.renew(lease, time);
  }

  @Override
  public void release(Lease lease) {
    leases.release(lease);
  }

  @Override
  public boolean isLeased(SessionId id) {
    return leases.isHeld(id);
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) throws IOException {
    if (find(id).isPresent()) {
      return false;
    }
    ShownSession shown = ShownSession.of(id, files);
    boolean restored =
        database.transaction(
            "cannot restore session " + id,
            connection -> {
              if (JdbcRow.find(connection, id, false) != null) {
                return false;
              }
              JdbcInserts.session(
                  connection,
                  shown.state(),
                  shown.status().getBytes(UTF_8),
                  shown.messages().size());
              JdbcInserts.messages(connection, id, 0, shown.messages());
              JdbcInserts.files(connection, id, shown.others());
              return true;
            });
    if (restored) {
      force(id);
    }
    return restored;
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws IOException {
    boolean removed;
    try {
      removed =
          database.once(
              "cannot remove session " + id,
              connection -> remove(connection, id, unusedSince, visitor));
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
    if (removed) {
      force(id);
    }
    return removed;
  }

  /** The row is locked all the while: who writes to the session waits. */
  private boolean remove(
      Connection connection, SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws SQLException {
    Optional<ShownSession> whole =
        JdbcRow.find(connection, id, true) != null ? whole(connection, id) : Optional.empty();
    if (whole.isEmpty() || !whole.get().state().updatedAt().isBefore(unusedSince)) {
      return false;
    }
    JdbcAwake awake = new JdbcAwake(connection, visitor);
    try {
      whole.get().to(awake);
    } catch (IOException e) {
      if (awake.lost() != null) {
        throw awake.lost();
      }
      throw new UncheckedIOException(e);
    }
    return delete(connection, id);
  }

  /**
   * Makes a session with all that a turn makes, reads it, removes it and commits: only that says
   * whether there is room. Nobody else sees it, and it waits for nobody.
   */
  @Override
  public void check() {
    SessionId id = new SessionId("check-" + JdbcInserts.newEpoch());
    int rows =
        database.transaction("a session cannot be stored", connection -> checked(connection, id));
    if (rows != 1) {
      throw new SessionException("the store does not find a session that was just stored");
    }
  }

  private int checked(Connection connection, SessionId id) throws SQLException {
    SessionState state = SessionState.fresh(id, null, Owner.ANONYMOUS, Instant.EPOCH);
    String unused = JdbcInserts.session(connection, state, state.toJson(), 1);
    Message said = Message.of("user", "Is there room?");
    JdbcInserts.messages(connection, id, 0, List.of(said));
    JdbcInserts.files(connection, id, Map.of(RequestFile.PATH, said.elementJson()));
    leases.takeAndGiveUp(connection, id);
    Optional<ShownSession> whole = whole(connection, id);
    boolean removed = delete(connection, id);
    return whole.isPresent() && removed ? whole.get().messages().size() : 0;
  }
}
