package dev.helix.store.files;

import dev.helix.session.Erasing;
import dev.helix.session.SessionState;
import dev.helix.store.Erasure;
import dev.helix.store.RequestFile;
import dev.helix.store.ShownSession;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Takes messages out of a session's folder, under its session's lock. The transcript is replaced
 * last: until then all of it can be done again. Not thread-safe.
 */
final class FolderErasure {
  private final SessionFolder session;
  private final Path folder;
  private final Erasing erasing;

  FolderErasure(SessionFolder session, Erasing erasing) {
    this.session = session;
    this.folder = session.path();
    this.erasing = erasing;
  }

  /** Takes them out, durably; gives those that are in the log. */
  Set<String> run(SessionState state) throws IOException {
    while (true) {
      Erasure erasure = new Erasure(state.sessionId(), erasing, session.statusWith(state));
      ErasedTranscript transcript = session.transcript().erased(erasure);
      takeOutBeside(erasure);
      if (erasure.isOfRequest()) {
        takeRequestOut(erasure);
      }
      if (erasure.changes()) {
        session.transcript().replaced();
      }
      if (transcript.write()) {
        return erasure.there();
      }
    }
  }

  private void takeOutBeside(Erasure erasure) throws IOException {
    Path context = folder.resolve(ShownSession.MESSAGES).getParent();
    if (!Files.isDirectory(context, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> beside = Disk.entries(folder, "status.*");
    beside.addAll(Disk.entries(context, "messages.*"));
    beside.addAll(Disk.entries(context, "response-*.md"));
    beside.add(folder.resolve(RequestFile.PATH));
    for (Path file : beside) {
      takeOut(file, erasure);
    }
    for (Path halfMade : Disk.entries(context, ".messages.json.*")) {
      Files.delete(halfMade); // A crash has left it.
    }
  }

  private void takeOut(Path file, Erasure erasure) throws IOException {
    String path = folder.relativize(file).toString().replace('\\', '/');
    if (erasure.concerns(path) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      Disk.checkFolder(file.getParent());
      byte[] changed = erasure.file(path, Disk.read(file));
      if (changed != null) {
        Disk.rewrite(file, out -> out.write(changed));
        Disk.forceDirectory(file.getParent());
      }
    }
  }

  /**
   * The copy first: only as long as the state has the request it is known whose question it was.
   */
  private void takeRequestOut(Erasure erasure) throws IOException {
    byte[] json = erasure.status();
    StatusCopy.write(folder, json);
    Disk.force(folder.resolve(StatusCopy.NAME));
    Disk.forceDirectory(folder.resolve(StatusCopy.NAME).getParent());
    Disk.rewrite(folder.resolve(ShownSession.STATUS), out -> out.write(json));
    Disk.forceDirectory(folder);
  }
}
