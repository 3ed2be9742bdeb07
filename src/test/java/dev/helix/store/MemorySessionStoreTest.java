package dev.helix.store;

import dev.helix.session.SessionStore;

/** That the store which the property tests play on is a store. */
class MemorySessionStoreTest implements SessionStoreContract {
  private final MemorySessionStore store = new MemorySessionStore();

  @Override
  public SessionStore open() {
    return store;
  }

  @Override
  public String raw() {
    return store.raw();
  }
}
