package dev.helix.store.files;

import dev.helix.session.SessionException;
import dev.helix.session.SessionState;
import dev.helix.store.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The file {@code .owner-secret} in a sessions directory: 64 hex digits and a line feed, readable
 * by its owner alone. Once made it is never written again. Thread-safe, where the directory is
 * held.
 */
final class OwnerSecretFile {
  static final String NAME = ".owner-secret";
  private static final int BYTES = 32;
  private static final Pattern CONTENT = Pattern.compile("([0-9a-f]{64})\\s*");

  private final Path file;

  OwnerSecretFile(Path sessions) {
    this.file = sessions.resolve(NAME);
  }

  /** Takes away what a crash left while a secret was made, which nobody has used. */
  void tidy() throws IOException {
    Files.deleteIfExists(beside());
  }

  private Path beside() {
    return file.resolveSibling(NAME + ".new");
  }

  /**
   * The secret, if there is one.
   *
   * @throws SessionException if what is there is none
   */
  Optional<byte[]> find() {
    String content;
    try {
      content = new String(Disk.read(file), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw Disk.failure("cannot read " + file, e);
    }
    if (!CONTENT.matcher(content).matches()) {
      throw new SessionException(
          file
              + " is damaged. Without it no owner finds their sessions: restore it from a copy of"
              + " the sessions directory");
    }
    return Optional.of(HexFormat.of().parseHex(content.strip()));
  }

  /**
   * Refuses that there is none although sessions have owners, as where a copy was made without
   * hidden files.
   *
   * @param sessions some of those that there are
   */
  void require(Supplier<List<SessionState>> sessions) {
    if (find().isEmpty() && sessions.get().stream().anyMatch(SessionState::isNamedForOwner)) {
      throw new SessionException(
          file
              + " is missing, although there are sessions of owners. With a new one they would find"
              + " none of them: restore it from a copy of the sessions directory");
    }
  }

  /** Makes this the secret if there is none, and says whether it is the secret now. */
  synchronized boolean adopt(byte[] secret) {
    if (secret.length != BYTES) {
      throw new IllegalArgumentException("the owners' secret has " + BYTES + " bytes");
    }
    Optional<byte[]> known = find();
    if (known.isPresent()) {
      return MessageDigest.isEqual(known.get(), secret);
    }
    String content = HexFormat.of().formatHex(secret) + "\n";
    try {
      // Whole and on the disk before it has its name: no crash leaves half a secret.
      Disk.writeForced(beside(), content.getBytes(StandardCharsets.US_ASCII));
      Files.move(beside(), file, StandardCopyOption.ATOMIC_MOVE);
      Disk.forceDirectory(file.getParent());
      return true;
    } catch (IOException e) {
      throw Disk.failure("cannot make " + file, e);
    }
  }
}
