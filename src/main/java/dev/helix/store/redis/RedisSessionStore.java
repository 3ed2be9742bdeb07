package dev.helix.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.helix.message.Message;
import dev.helix.session.Erasing;
import dev.helix.session.Lease;
import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.DamagedRows;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import redis.clients.jedis.Protocol.Command;

/**
 * Sessions in Redis, for several servers at once: whatever changes a session is one script, and all
 * keys of a session are on one server, so that a Redis Cluster will do. An append costs what is
 * new. One element or file is at most what {@code proto-max-bulk-len} says, 512 MB by itself, and
 * one append {@code client-query-buffer-limit}, 1 GB. Thread-safe.
 */
final class RedisSessionStore extends RedisSessionReader {
  private static final Logger LOG = System.getLogger(RedisSessionStore.class.getName());

  /** So long a lease that is over is remembered, and its number. */
  private static final long REMEMBERED_MILLIS = Duration.ofHours(1).toMillis();

  /** A longer lease is as good as one without an end. */
  private static final long LONGEST_LEASE_MILLIS = Duration.ofDays(3650).toMillis();

  /** So much of a session that is restored is sent at once. */
  private static final int BYTES_AT_ONCE = 8 << 20;

  /** After which it is gone, if it does not take its place. */
  private static final long READY_MILLIS = Duration.ofHours(1).toMillis();

  private RedisSessionStore(RedisAccess redis) {
    super(redis, new RedisOrder(redis, true));
  }

  /**
   * Opens the store, also where Redis cannot be reached for now.
   *
   * @throws SessionException if it can be reached and will not do
   */
  static RedisSessionStore open(RedisAddress address, boolean lossAllowed) {
    return open(address, lossAllowed, System::nanoTime);
  }

  static RedisSessionStore open(RedisAddress address, boolean lossAllowed, LongSupplier nanoTime) {
    RedisDurability durability = new RedisDurability(address, lossAllowed);
    RedisSessionStore store = new RedisSessionStore(new RedisAccess(address, durability, nanoTime));
    try {
      store.check();
      // A damaged one stops the start: it is found out now, not with the first owner.
      Optional<byte[]> unused = store.findOwnerSecret();
      LOG.log(Level.INFO, "sessions are kept in Redis at " + address);
    } catch (StoreUnavailableException e) {
      LOG.log(Level.WARNING, e.getMessage() + ". It is used as soon as it is there");
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
    return store;
  }

  @Override
  public Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    SessionId id = state.sessionId();
    boolean makes = expected.equals(LogVersion.NONE);
    if (makes) {
      order.used(state);
    }
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of(RedisRow.whose(state), expected.epoch(), expected.length()));
    arguments.add(lease == null ? "" : lease.number());
    arguments.add(RedisRow.micros(state.updatedAt()));
    arguments.add(newEpoch());
    arguments.add(makes ? state.toJson() : "");
    arguments.add(id.value());
    boolean withRequest = makes && state.originalRequest() != null;
    arguments.add(withRequest ? RequestFile.of(state, elements, null) : "");
    elements.forEach(element -> arguments.add(element.elementJson()));
    List<String> keys =
        RedisKeys.withOrder(redis.isCluster(), id, "state", "log", "files", "lease");
    List<?> reply = (List<?>) redis.run(RedisScript.APPEND, keys, arguments.toArray());
    Outcome outcome = Outcome.valueOf(RedisWire.text(reply.get(0)));
    if (outcome != Outcome.DONE) {
      return new Appended(outcome, LogVersion.NONE);
    }
    order.used(state);
    return new Appended(outcome, new LogVersion(RedisWire.text(reply.get(1)), (Long) reply.get(2)));
  }

  static String newEpoch() {
    return UUID.randomUUID().toString();
  }

  /**
   * Does nothing: with {@code appendfsync always} Redis writes to the disk before it answers, so
   * that what an append has stored is there already. Where loss is allowed there is nothing to ask
   * it for.
   */
  @Override
  public void force(SessionId id) {
    // See above.
  }

  @Override
  SessionState readable(SessionId id, RedisRow row) {
    return mended(id, null).orElse(row.state());
  }

  @Override
  public Optional<SessionState> reclaim(SessionState asked) {
    return mended(asked.sessionId(), asked);
  }

  /** Makes an unreadable state anew, where it is that of who is asked for, or of nobody. */
  private Optional<SessionState> mended(SessionId id, SessionState asked) {
    while (true) {
      Optional<RedisRow> row = RedisRow.find(redis, id);
      if (row.isEmpty() || !row.get().state().isUnreadable()) {
        return row.map(RedisRow::state); // Another has just made it anew.
      }
      Optional<SessionState> made = rebuilt(id, row.get(), asked);
      if (made.isEmpty()) {
        damaged.state(id);
        return made;
      }
      String aside = DamagedRows.aside(row.get().json());
      List<String> keys = List.of(RedisKeys.state(id), RedisKeys.files(id));
      Object kept = redis.run(RedisScript.NOTE, keys, aside, row.get().json());
      if (kept.equals(1L) && change(id, row.get(), made.get(), "", "")) {
        damaged.mended(id, aside);
        return made;
      }
    }
  }

  /** The row of a session, whose state is readable. */
  private Optional<RedisRow> row(SessionId id) {
    Optional<RedisRow> row = RedisRow.find(redis, id);
    if (row.isEmpty() || !row.get().state().isUnreadable()) {
      return row;
    }
    if (mended(id, null).isEmpty()) {
      throw unreadable(id);
    }
    return RedisRow.find(redis, id);
  }

  /** Replaces a state, if nobody has since its row was read. */
  private boolean change(
      SessionId id, RedisRow row, SessionState state, Object request, String replaces) {
    byte[] json = row.state().isUnreadable() ? state.toJson() : state.toJson(row.json());
    Object done =
        redis.run(
            RedisScript.CHANGE,
            RedisKeys.withOrder(redis.isCluster(), id, "state", "files"),
            row.epoch(),
            row.edition(),
            RedisRow.whose(state),
            json,
            RedisRow.micros(state.updatedAt()),
            id.value(),
            request,
            replaces);
    return done.equals(1L);
  }

  @Override
  public Optional<SessionState> update(SessionId id, UnaryOperator<SessionState> change) {
    while (true) {
      Optional<RedisRow> row = row(id);
      SessionState state = row.map(found -> change.apply(found.state())).orElse(null);
      if (state == null || !row.get().state().isSameConversation(state)) {
        return Optional.empty();
      }
      byte[] before = row.get().json();
      String whole = SessionState.wholeRequest(before);
      Object request =
          RequestFile.isDue(before, state)
              ? RequestFile.of(state, read(id, LogVersion.NONE).elements(), whole)
              : "";
      String replaces = RequestFile.isReplaced(before, state) ? "1" : "";
      if (change(id, row.get(), state, request, replaces)) {
        order.set(state);
        return Optional.of(state);
      }
    }
  }

  @Override
  public boolean adopt(SessionId id, Owner owner) {
    while (true) {
      Optional<RedisRow> row = row(id);
      if (row.isEmpty() || !row.get().state().owner().isAnonymous()) {
        return false;
      }
      SessionState adopted = row.get().state().withOwner(owner);
      Object done =
          redis.run(
              RedisScript.ADOPT,
              List.of(RedisKeys.state(id)),
              row.get().epoch(),
              row.get().edition(),
              RedisRow.whose(adopted),
              adopted.toJson(row.get().json()));
      if (done.equals(1L)) {
        return true;
      }
    }
  }

  @Override
  public Set<String> erase(SessionId id, Erasing erasing) {
    return new RedisErasure(this, id, erasing).run(() -> row(id));
  }

  @Override
  public boolean saveNote(SessionId id, String name, String text) {
    Object done =
        redis.run(
            RedisScript.NOTE,
            List.of(RedisKeys.state(id), RedisKeys.files(id)),
            ShownSession.note(name),
            text.getBytes(UTF_8));
    return done.equals(1L);
  }

  @Override
  public boolean adoptOwnerSecret(byte[] secret) {
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException("not a secret of owners");
    }
    String key = RedisKeys.OWNER_SECRET;
    redis.with(key, wire -> wire.call(Command.SET, key, secret, "NX"));
    return MessageDigest.isEqual(secret, findOwnerSecret().orElseThrow());
  }

  @Override
  public boolean delete(SessionId id) {
    return delete(id, "", "");
  }

  /**
   * Whatever is done to a session counts its revision up, of which the append that made it is 1.
   */
  @Override
  public boolean unmake(SessionState made, LogVersion version) {
    return delete(made.sessionId(), version.epoch(), "1");
  }

  private boolean delete(SessionId id, String epoch, String revision) {
    List<String> keys = RedisKeys.withOrder(redis.isCluster(), id, "state", "log", "files");
    Object time = redis.run(RedisScript.DELETE, keys, id.value(), epoch, revision);
    if (time != null) {
      order.removed(id, RedisWire.text(time));
    }
    return time != null;
  }

  @Override
  public Optional<Lease> lease(SessionId id, Duration time) {
    Object number =
        redis.run(RedisScript.LEASE, List.of(RedisKeys.lease(id)), millis(time), REMEMBERED_MILLIS);
    return Optional.ofNullable(RedisWire.text(number))
        .map(text -> new Lease(id, Long.parseLong(text)));
  }

  @Override
  public boolean renew(Lease lease, Duration time) {
    Object done =
        redis.run(
            RedisScript.RENEW,
            List.of(RedisKeys.lease(lease.of())),
            lease.number(),
            millis(time),
            REMEMBERED_MILLIS);
    return done.equals(1L);
  }

  private static long millis(Duration time) {
    boolean longer = time.compareTo(Duration.ofMillis(LONGEST_LEASE_MILLIS)) > 0;
    return longer ? LONGEST_LEASE_MILLIS : time.toMillis();
  }

  @Override
  public void release(Lease lease) {
    redis.run(
        RedisScript.RELEASE,
        List.of(RedisKeys.lease(lease.of())),
        lease.number(),
        REMEMBERED_MILLIS);
  }

  @Override
  public boolean restore(SessionId id, SessionFiles files) throws IOException {
    if (find(id).isPresent()) {
      return false;
    }
    ShownSession shown = ShownSession.of(id, files);
    order.used(shown.state());
    UUID name = UUID.randomUUID();
    String readyLog = "ready:" + name + ":log";
    String readyFiles = "ready:" + name + ":files";
    layReady(RedisKeys.of(id, readyLog), shown.messages());
    String others = RedisKeys.of(id, readyFiles);
    shown.others().forEach((path, content) -> layReady(others, Command.HSET, path, content));
    List<String> keys =
        RedisKeys.withOrder(redis.isCluster(), id, "state", "log", "files", readyLog, readyFiles);
    Object done =
        redis.run(
            RedisScript.RESTORE,
            keys,
            RedisRow.whose(shown.state()),
            newEpoch(),
            shown.status(),
            RedisRow.micros(shown.state().updatedAt()),
            id.value(),
            shown.messages().size(),
            shown.others().size());
    return done.equals(1L);
  }

  private void layReady(String log, List<Message> messages) {
    List<Object> piece = new ArrayList<>();
    long size = 0;
    for (Message message : messages) {
      piece.add(message.elementJson());
      size += message.elementJson().length;
      if (size >= BYTES_AT_ONCE) {
        layReady(log, Command.RPUSH, piece.toArray());
        piece.clear();
        size = 0;
      }
    }
    if (!piece.isEmpty()) {
      layReady(log, Command.RPUSH, piece.toArray());
    }
  }

  /**
   * Lays a piece of a session ready under a name of its own, so that a large one neither stops the
   * server nor exceeds what it takes at once. What a crash leaves behind runs out.
   */
  private void layReady(String key, Command how, Object... values) {
    List<Object> arguments = new ArrayList<>();
    arguments.add(key);
    arguments.addAll(List.of(values));
    redis.with(
        key,
        wire ->
            wire.all(
                List.of(
                    RedisWire.Call.of(how, arguments.toArray()),
                    RedisWire.Call.of(Command.PEXPIRE, key, READY_MILLIS))));
  }

  @Override
  public boolean remove(SessionId id, Instant unusedSince, SessionFiles.Visitor visitor)
      throws IOException {
    Optional<Shown> shown = show(id);
    if (shown.isEmpty() || !shown.get().session().state().updatedAt().isBefore(unusedSince)) {
      return false;
    }
    shown.get().session().to(visitor);
    return delete(id, shown.get().epoch(), shown.get().revision());
  }

  @Override
  public void check() {
    SessionId id = new SessionId("check-" + UUID.randomUUID());
    List<String> keys =
        RedisKeys.withOrder(redis.isCluster(), id, "state", "log", "files", "lease");
    if (!id.value().equals(RedisWire.text(redis.run(RedisScript.CHECK, keys, id, id)))) {
      throw new SessionException("Redis at " + redis + " does not give back what was stored");
    }
  }
}
