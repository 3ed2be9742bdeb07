package dev.helix.store.files;

import dev.helix.session.CacheShare;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreProviders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
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
    FileSessionStore store =
        FileSessionStore.open(
            directory(settings), Clock.systemUTC(), CacheShare.of(settings).storeBytes());
    try {
      store.checkOwnerSecret();
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public SessionStore openToRead(UnaryOperator<String> settings) {
    return FileSessionStore.openToRead(directory(settings));
  }

  /** By default {@code _archive} beside the sessions, which must not be a link. */
  @Override
  public Optional<Path> archiveFolder(UnaryOperator<String> settings) {
    return SessionStore.Provider.super
        .archiveFolder(settings)
        .or(() -> Optional.of(ownArchive(directory(settings))));
  }

  private static Path ownArchive(Path sessions) {
    Path archive = sessions.resolve("_archive");
    if (Files.isSymbolicLink(archive)) {
      throw new IllegalArgumentException(
          SessionStore.ARCHIVE_DIRECTORY
              + " must be set where "
              + archive
              + " is a link: nothing in the sessions folder is followed");
    }
    return archive;
  }

  private static Path directory(UnaryOperator<String> settings) {
    return StoreProviders.folder(settings, "helix.sessions.dir")
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".helix", "sessions"));
  }
}
