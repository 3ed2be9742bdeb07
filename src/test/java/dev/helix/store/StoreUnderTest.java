package dev.helix.store;

import dev.helix.session.SessionStore;

/** A kind of store, as the parts of {@link SessionStoreContract} open it; empty for each test. */
interface StoreUnderTest {
  /** Opens the test's store: empty the first time, and with what was stored after a close. */
  SessionStore open();

  /** Whether several may be open at once, as on several servers. */
  default boolean isShared() {
    return true;
  }

  /**
   * Whether every name is kept apart from every other. Folders on a disk that takes capital letters
   * for small ones do not; the names that conversations get have none.
   */
  default boolean keepsAllNamesApart() {
    return true;
  }

  /** All that the test's store keeps, as it keeps it, one after the other. */
  String raw();

  /** Whether the end of a log is read without what stands before. */
  default boolean readsEndsAlone() {
    return false;
  }
}
