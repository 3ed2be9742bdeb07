package dev.helix.session;

import dev.helix.session.SessionStore.Reading;
import dev.helix.transcript.LogVersion;

/** How a turn reads its session's log: within the memory that there is. */
record LogReader(SessionStore store, LogMemory.Part memory) {
  /** As {@link SessionStore#read} does. */
  Reading read(SessionId id, LogVersion since) {
    return store.read(id, since, memory);
  }

  /** As {@link SessionStore#readEnd} does. */
  Reading readEnd(SessionId id, int bytes) {
    return bytes > memory.most() ? read(id, LogVersion.NONE) : store.readEnd(id, bytes, memory);
  }
}
