package dev.helix.store.files;

import dev.helix.session.Owner;
import dev.helix.session.SessionException;
import dev.helix.session.SessionFilter;
import dev.helix.session.SessionId;
import dev.helix.session.SessionState;
import dev.helix.session.SessionStore.Position;
import dev.helix.session.StoreUnavailableException;
import dev.helix.store.files.recent.Use;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The sessions of a directory in the order of their last use. Thread-safe. */
record FolderLists(SessionFolders folders) {
  private static final Logger LOG = System.getLogger(FolderLists.class.getName());

  /** A page of an owner's sessions, or of everybody's where that is null. */
  List<SessionState> list(Owner owner, Position after, int limit) {
    return folders.order().list(key(owner), after, limit, this::findReadable);
  }

  /** How many there are, each argument null for any; empty where that cannot be said for now. */
  OptionalLong count(Owner owner, Instant from, Instant to) {
    Position start = SessionFilter.ALL.between(null, to).start(null);
    return folders.order().count(key(owner), start, from);
  }

  private static String key(Owner owner) {
    return owner == null ? null : Use.key(owner);
  }

  /** A session as the store finds it; one that cannot be looked at hides no other. */
  private Optional<SessionState> findReadable(SessionId id) {
    try {
      return folders.locked(id, "find", folder -> folders.state(id, folder));
    } catch (StoreUnavailableException e) {
      throw e;
    } catch (SessionException e) {
      LOG.log(Level.WARNING, "left out: " + e.getMessage());
      return Optional.empty();
    }
  }
}
