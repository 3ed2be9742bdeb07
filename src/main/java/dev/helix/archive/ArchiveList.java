package dev.helix.archive;

import dev.helix.archive.ArchiveIndex.Entry;
import dev.helix.session.ListedSession;
import dev.helix.session.SessionFilter;
import dev.helix.session.SessionFilter.Kept;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore;
import dev.helix.session.SessionStore.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The sessions of a store and of its archive in one order of last use. One that is in both, as a
 * crash or an older archive leaves it, is the store's. Thread-safe.
 */
final class ArchiveList {
  private static final int AT_ONCE = 500;

  private static final Comparator<Entry> NEWEST_FIRST =
      Comparator.comparing(Entry::used).thenComparing(entry -> entry.id().value()).reversed();

  private static final Comparator<ListedSession> LISTED =
      Comparator.comparing((ListedSession each) -> each.state().updatedAt())
          .thenComparing(each -> each.state().sessionId().value())
          .reversed();

  private final SessionStore store;
  private final Archive archive;
  private final ArchivedSessions archived;
  private final ArchiveIndex index;

  ArchiveList(SessionStore store, Archive archive, ArchivedSessions archived) {
    this.store = store;
    this.archive = archive;
    this.archived = archived;
    this.index = new ArchiveIndex(archive);
  }

  /** As {@link SessionStore#list(SessionFilter, Position, int)} says. */
  List<ListedSession> page(SessionFilter filter, Position after, int limit) {
    List<ListedSession> stored = store.list(filter, after, limit);
    if (filter.kept() == Kept.STORE || limit == 0 || !archive.isMade()) {
      return stored;
    }
    // By their names: one that was archived just now is listed once.
    Map<SessionId, ListedSession> both = new HashMap<>();
    for (SessionState state : archived(filter, filter.start(after), limit)) {
      both.put(state.sessionId(), new ListedSession(state, true));
    }
    stored.forEach(each -> both.put(each.state().sessionId(), each));
    return both.values().stream().sorted(LISTED).limit(limit).toList();
  }

  private List<SessionState> archived(SessionFilter filter, Position start, int limit) {
    List<Entry> entries =
        entries(filter).stream()
            .filter(entry -> start == null || isAfter(entry, start))
            .sorted(NEWEST_FIRST)
            .toList();
    List<SessionState> found = new ArrayList<>();
    for (int from = 0; from < entries.size() && found.size() < limit; from += AT_ONCE) {
      for (Entry entry : alone(entries.subList(from, Math.min(entries.size(), from + AT_ONCE)))) {
        if (found.size() < limit) {
          state(filter, entry).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  private Optional<SessionState> state(SessionFilter filter, Entry entry) {
    return archived
        .in(entry.id(), ArchivedFiles::state)
        .map(state -> state.withUpdatedAt(entry.usedAt()))
        .filter(filter::fits);
  }

  private List<Entry> entries(SessionFilter filter) {
    String owner = filter.owner() == null ? null : filter.owner().key();
    return index.entries().stream()
        .filter(entry -> owner == null || owner.equals(entry.owner()))
        .filter(entry -> filter.from() == null || !entry.usedAt().isBefore(filter.from()))
        .filter(entry -> filter.to() == null || entry.usedAt().isBefore(filter.to()))
        .toList();
  }

  /** Those that the store has not. */
  private List<Entry> alone(List<Entry> entries) {
    Set<SessionId> stored =
        store.findAll(entries.stream().map(Entry::id).collect(Collectors.toSet())).keySet();
    return entries.stream().filter(entry -> !stored.contains(entry.id())).toList();
  }

  private static boolean isAfter(Entry entry, Position place) {
    int time = entry.usedAt().compareTo(place.updatedAt());
    return time < 0 || (time == 0 && entry.id().value().compareTo(place.id().value()) < 0);
  }

  /** As {@link SessionStore#count(SessionFilter)} says. */
  long count(SessionFilter filter) {
    long count = store.count(filter);
    if (filter.kept() == Kept.STORE || !archive.isMade()) {
      return count;
    }
    List<Entry> entries = entries(filter);
    for (int from = 0; from < entries.size(); from += AT_ONCE) {
      List<Entry> alone = alone(entries.subList(from, Math.min(entries.size(), from + AT_ONCE)));
      count +=
          filter.conversationId() == null
              ? alone.size()
              : alone.stream().filter(entry -> state(filter, entry).isPresent()).count();
    }
    return count;
  }
}
