package dev.helix.store;

import dev.helix.message.Message;
import dev.helix.session.Erasing;
import dev.helix.session.Lease;
import dev.helix.session.Owner;
import dev.helix.session.SessionAliases;
import dev.helix.session.SessionFiles;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.transcript.LogVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * A store that keeps sessions in memory, for tests that play more turns than a disk can force. What
 * is stored stays after a close, for as long as the object is held. Elements are those that are
 * read from the bytes of what was appended, as from a file, but once for all who ask. Thread-safe.
 */
public final class MemorySessionStore implements SessionStore {
  private final Map<SessionId, Kept> sessions = new HashMap<>();
  private final Leases leases;
  private final SessionAliases aliases = new MemoryAliases();
  private byte[] secret;
  private int epochs;

  /** An empty store. */
  public MemorySessionStore() {
    this(Clock.systemUTC());
  }

  /** An empty store whose leases run out by this clock. */
  public MemorySessionStore(Clock clock) {
    leases = new Leases(clock);
  }

  /** A session; guarded by the store. */
  private static final class Kept {
    private String epoch;
    private final List<Message> log = new ArrayList<>();
    private final Map<String, byte[]> files = new TreeMap<>();
    private byte[] status;
    private SessionState state;

    Kept(String epoch, SessionState state) {
      this.epoch = epoch;
      this.status = state.toJson();
      this.state = state;
    }

    void change(SessionState next) {
      if (RequestFile.isReplaced(status, next)) {
        files.remove(RequestFile.PATH);
      }
      if (RequestFile.isDue(status, next)) {
        file(next);
      }
      status = next.toJson(status);
      state = next;
    }

    void file(SessionState next) {
      files.putIfAbsent(
          RequestFile.PATH,
          RequestFile.of(next, List.copyOf(log), SessionState.wholeRequest(status)));
    }

    void add(Message element) {
      log.add(Message.parse(element.elementJson()));
    }

    List<Message> from(int number) {
      return new ArrayList<>(log.subList(number, log.size()));
    }

    LogVersion version() {
      return new LogVersion(epoch, log.size());
    }

    boolean isOf(SessionState other) {
      return Objects.equals(state.conversationId(), other.conversationId())
          && state.owner().equals(other.owner());
    }
  }

  @Override
  public synchronized Optional<SessionState> find(SessionId id) {
    return Optional.ofNullable(sessions.get(id)).map(kept -> kept.state);
  }

  @Override
  public synchronized Reading read(SessionId id, LogVersion since) {
    Kept kept = sessions.get(id);
    if (kept == null) {
      return Reading.NOTHING;
    }
    boolean goesOn = kept.epoch.equals(since.epoch()) && since.length() <= kept.log.size();
    int from = goesOn ? Math.toIntExact(since.length()) : 0;
    return new Reading(kept.state, kept.version(), !goesOn, kept.from(from));
  }

  @Override
  public Reading read(SessionId id, LogVersion since, LongConsumer ahead) {
    return told(read(id, since), ahead);
  }

  @Override
  public Reading readEnd(SessionId id, int bytes, LongConsumer ahead) {
    return told(readEnd(id, bytes), ahead);
  }

  private static Reading told(Reading read, LongConsumer ahead) {
    ahead.accept(read.elements().stream().mapToLong(Message::length).sum());
    return read;
  }

  @Override
  public synchronized Reading readEnd(SessionId id, int bytes) {
    Kept kept = sessions.get(id);
    if (kept == null) {
      return Reading.NOTHING;
    }
    int from = kept.log.size();
    long length = 0;
    while (from > 0 && (length < bytes || from == kept.log.size())) {
      from--;
      length += kept.log.get(from).length();
    }
    return new Reading(kept.state, kept.version(), from == 0, kept.from(from));
  }

  @Override
  public synchronized Appended append(
      SessionState state, LogVersion expected, List<Message> elements, Lease lease) {
    Kept kept = sessions.get(state.sessionId());
    if (kept != null && !kept.isOf(state)) {
      return new Appended(Outcome.HELD, LogVersion.NONE);
    }
    if (lease != null && !leases.isHeld(lease)) {
      return new Appended(Outcome.FENCED, LogVersion.NONE);
    }
    if (!(kept == null ? LogVersion.NONE : kept.version()).equals(expected)) {
      return new Appended(Outcome.CONFLICT, LogVersion.NONE);
    }
    if (kept == null) {
      kept = new Kept("log " + epochs++, state);
      sessions.put(state.sessionId(), kept);
    }
    elements.forEach(kept::add);
    if (expected.equals(LogVersion.NONE) && state.originalRequest() != null) {
      kept.file(state);
    }
    kept.change(kept.state.withUpdatedAt(state.updatedAt()));
    return new Appended(Outcome.DONE, kept.version());
  }

  @Override
  public void force(SessionId id) {
    // Memory has nothing more durable.
  }

  @Override
  public synchronized Optional<SessionState> update(
      SessionId id, UnaryOperator<SessionState> change) {
    Kept kept = sessions.get(id);
    SessionState next = kept == null ? null : change.apply(kept.state);
    if (next == null || !kept.isOf(next)) {
      return Optional.empty();
    }
    kept.change(next);
    return Optional.of(next);
  }

  @Override
  public synchronized boolean adopt(SessionId id, Owner owner) {
    Kept kept = sessions.get(id);
    if (kept == null || !kept.state.owner().isAnonymous()) {
      return false;
    }
    kept.change(kept.state.withOwner(owner));
    return true;
  }

  @Override
  public synchronized Optional<String> note(SessionId id, String name) {
    return Optional.ofNullable(sessions.get(id))
        .map(kept -> kept.files.get("context/" + name + ".md"))
        .map(note -> new String(note, StandardCharsets.UTF_8));
  }

  @Override
  public synchronized boolean saveNote(SessionId id, String name, String text) {
    Kept kept = sessions.get(id);
    if (kept != null) {
      kept.files.put("context/" + name + ".md", text.getBytes(StandardCharsets.UTF_8));
    }
    return kept != null;
  }

  @Override
  public synchronized Set<String> erase(SessionId id, Erasing erasing) {
    Kept kept = sessions.get(id);
    if (kept == null) {
      return Set.of();
    }
    Erasure erasure = new Erasure(id, erasing, kept.status);
    List<Message> changed = new ArrayList<>();
    for (Message element : kept.log) {
      byte[] tombstone = erasure.next(element);
      changed.add(tombstone == null ? element : Message.parse(tombstone));
    }
    if (erasure.changes()) {
      kept.epoch = "log " + epochs++;
      kept.log.clear();
      kept.log.addAll(changed);
      kept.files.replaceAll(
          (path, content) -> {
            byte[] next = erasure.concerns(path) ? erasure.file(path, content) : null;
            return next == null ? content : next;
          });
      kept.status = erasure.status();
      kept.state = SessionState.parse(id, kept.status).withUpdatedAt(kept.state.updatedAt());
    }
    return erasure.there();
  }

  @Override
  public SessionAliases aliases() {
    return aliases;
  }

  @Override
  public synchronized Optional<byte[]> findOwnerSecret() {
    return Optional.ofNullable(secret).map(byte[]::clone);
  }

  @Override
  public synchronized boolean adoptOwnerSecret(byte[] adopted) {
    if (adopted.length != 32) {
      throw new IllegalArgumentException("the owners' secret has 32 bytes");
    }
    secret = secret == null ? adopted.clone() : secret;
    return Arrays.equals(secret, adopted);
  }

  @Override
  public synchronized List<SessionState> list(Position after, int limit) {
    Comparator<SessionState> newestFirst =
        Comparator.comparing(SessionState::updatedAt)
            .thenComparing(state -> state.sessionId().value())
            .reversed();
    return sessions.values().stream()
        .map(kept -> kept.state)
        .filter(state -> after == null || isAfter(state, after))
        .sorted(newestFirst)
        .limit(limit)
        .toList();
  }

  private static boolean isAfter(SessionState state, Position position) {
    int time = state.updatedAt().compareTo(position.updatedAt());
    return time < 0
        || (time == 0 && state.sessionId().value().compareTo(position.id().value()) < 0);
  }

  @Override
  public synchronized boolean delete(SessionId id) {
    return sessions.remove(id) != null;
  }

  @Override
  public synchronized boolean unmake(SessionState made, LogVersion version) {
    Kept kept = sessions.get(made.sessionId());
    return kept != null
        && kept.state.equals(made)
        && kept.version().equals(version)
        && Set.of(RequestFile.PATH).containsAll(kept.files.keySet())
        && delete(made.sessionId());
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
  public synchronized boolean export(SessionId id, SessionFiles.Visitor visitor)
      throws IOException {
    Kept kept = sessions.get(id);
    if (kept == null) {
      return false;
    }
    visitor.file("status.json", kept.status);
    visitor.file("context/messages.json", MessageArray.of(read(id, LogVersion.NONE).elements()));
    for (Map.Entry<String, byte[]> file : kept.files.entrySet()) {
      visitor.file(file.getKey(), file.getValue());
    }
    visitor.end();
    return true;
  }

  @Override
  public synchronized boolean restore(SessionId id, SessionFiles files) throws IOException {
    if (sessions.containsKey(id)) {
      return false;
    }
    ShownSession shown = ShownSession.of(id, files);
    Kept kept = new Kept("log " + epochs++, shown.state());
    kept.status = shown.status().getBytes(StandardCharsets.UTF_8);
    shown.messages().forEach(kept::add);
    kept.files.putAll(shown.others());
    sessions.put(id, kept);
    return true;
  }

  @Override
  public synchronized boolean remove(
      SessionId id, Instant unusedSince, SessionFiles.Visitor visitor) throws IOException {
    Kept kept = sessions.get(id);
    if (kept == null || !kept.state.updatedAt().isBefore(unusedSince)) {
      return false;
    }
    return export(id, visitor) && delete(id);
  }

  /** All that is kept. */
  synchronized String raw() {
    StringBuilder all = new StringBuilder();
    for (Kept kept : sessions.values()) {
      all.append(new String(kept.status, StandardCharsets.ISO_8859_1)).append(kept.state);
      kept.log.forEach(
          element -> all.append(new String(element.elementJson(), StandardCharsets.ISO_8859_1)));
      kept.files.forEach((path, json) -> all.append(new String(json, StandardCharsets.ISO_8859_1)));
    }
    return all.toString();
  }

  @Override
  public void check() {
    // Memory is always there.
  }

  @Override
  public void close() {
    // The next test that opens it finds what was stored.
  }
}
