package dev.helix.appserver;

import dev.helix.servers.MadeOnce;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The zip of an app server as its makers publish it. Maven fetches it and keeps it in its own
 * repository; here it is compared with a known digest and unpacked below {@code target/appservers},
 * once for all runs until that is cleaned.
 */
final class Distribution {
  private static final Path FOLDER = Path.of("target", "appservers").toAbsolutePath();
  private static final Properties KNOWN = known();

  private final String name;

  /** That of this name in {@code distributions.properties}. */
  Distribution(String name) {
    this.name = name;
  }

  private static Properties known() {
    Properties known = new Properties();
    try (InputStream file = Distribution.class.getResourceAsStream("/distributions.properties")) {
      known.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return known;
  }

  /** The version that is fetched. */
  String version() {
    return property(name).split(":", -1)[2];
  }

  /** The folder that the zip holds, unpacked. */
  Path home() {
    Path unpacked = FOLDER.resolve(name + "-" + version());
    try {
      MadeOnce.folder(unpacked, folder -> unpack(fetched(), folder));
      try (Stream<Path> content = Files.list(unpacked)) {
        return content.findFirst().orElseThrow();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  private Path fetched() throws IOException {
    Path zips = Files.createDirectories(FOLDER.resolve("zips"));
    String[] coordinates = property(name).split(":", -1);
    Path zip = zips.resolve(coordinates[1] + "-" + coordinates[2] + ".zip");
    if (!Files.exists(zip)) {
      run(
          List.of(
              Path.of(property("maven"), "bin", "mvn").toString(),
              "--batch-mode",
              "--quiet",
              "-Dmaven.repo.local=" + property("repository"),
              property("fetch"),
              "-Dartifact=" + property(name),
              "-DoutputDirectory=" + zips),
          zips);
    }
    String digest = sha256(zip);
    if (!digest.equals(property(name + ".sha256"))) {
      throw new IOException(zip + " is not the zip it should be; its SHA-256 is " + digest);
    }
    return zip;
  }

  private static String property(String key) {
    String value = KNOWN.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key + " among the distributions");
    }
    return value;
  }

  private static void run(List<String> command, Path folder) throws IOException {
    Path log = Files.createTempFile(folder, "fetch-", ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(command + " failed: " + Files.readString(log));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new AssertionError("interrupted", e);
    }
  }

  private static String sha256(Path file) throws IOException {
    try (DigestInputStream bytes =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      bytes.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(bytes.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unpack(Path zip, Path folder) throws IOException {
    try (ZipInputStream entries = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        Path target = folder.resolve(entry.getName()).normalize();
        if (!target.startsWith(folder)) {
          throw new IOException(zip + " has an entry outside of it: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(entries, target);
        }
      }
    }
  }
}
