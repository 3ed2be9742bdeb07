package dev.helix.store.jdbc;

import dev.helix.session.SessionStore;
import dev.helix.store.SessionStoreContract;
import dev.helix.store.WholeSessionContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The store in a file of H2's, within this process. */
class JdbcH2StoreTest implements SessionStoreContract, WholeSessionContract {
  @TempDir Path directory;

  private Map<String, String> settings() {
    return JdbcStores.settings("jdbc:h2:file:" + directory.resolve("helix"), "helix", "secret");
  }

  @Override
  public SessionStore open() {
    return JdbcStores.open(settings());
  }

  @Override
  public String raw() {
    return JdbcStores.raw(settings());
  }

  @Override
  public boolean readsEndsAlone() {
    return true;
  }
}
