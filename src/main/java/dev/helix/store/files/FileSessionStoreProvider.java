package dev.helix.store.files;

import dev.helix.session.CacheShare;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreProviders;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Makes the store called {@code files} in the directory that {@code helix.sessions.dir} names, by
 * default {@code ~/.helix/sessions}. Of the sessions last used it remembers as much as {@link
 * CacheShare#storeBytes} says. Stateless.
 */
public final class FileSessionStoreProvider implements SessionStore.Provider {
  @Override
  public String name() {
    return "files";
  }

  @Override
  public SessionStore open(UnaryOperator<String> settings) {
    return FileSessionStore.open(directory(settings), CacheShare.of(settings).storeBytes());
  }

  @Override
  public SessionStore openToRead(UnaryOperator<String> settings) {
    return FileSessionStore.openToRead(directory(settings));
  }

  /** By default {@code _archive} beside the sessions. */
  @Override
  public Optional<Path> archiveFolder(UnaryOperator<String> settings) {
    return SessionStore.Provider.super
        .archiveFolder(settings)
        .or(() -> Optional.of(directory(settings).resolve("_archive")));
  }

  private static Path directory(UnaryOperator<String> settings) {
    return StoreProviders.folder(settings, "helix.sessions.dir")
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".helix", "sessions"));
  }
}
