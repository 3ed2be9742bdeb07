package dev.helix.operator;

import dev.helix.HelixConfig;
import dev.helix.archive.Archive;
import dev.helix.config.Settings;
import dev.helix.config.Source;
import dev.helix.session.SessionException;
import dev.helix.session.SessionId;
import dev.helix.session.SessionStore;
import dev.helix.session.StoreProviders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which store an operator means, and how it is opened. Immutable. It may hold a password, which is
 * never shown.
 *
 * @param given the address as it was given
 * @param shown the same without parameters
 */
record StoreAddress(String kind, UnaryOperator<String> settings, String given, String shown) {
  private static final String FILES = "files:";

  /** A user before a host, and a password among the parameters. */
  private static final Pattern LOGIN = Pattern.compile("(?i)^[^?;]*@|^redis.*@|password\\s*=");

  private static final Pattern PARAMETERS = Pattern.compile("[?#;].*", Pattern.DOTALL);

  /** The store that these settings name, then system properties, then the environment. */
  static StoreAddress ofSettings(Map<String, String> first) {
    Settings settings =
        new Settings(
            List.of(
                Source.of("command line", first),
                Source.systemProperties(System.getProperties()),
                Source.environment(System.getenv())));
    String kind = HelixConfig.store(settings);
    UnaryOperator<String> its =
        HelixConfig.storeSettings(settings, HelixConfig.sessionsDir(settings));
    settings.check();
    return new StoreAddress(kind, its, kind, kind);
  }

  /**
   * The store that an argument names: {@code files:DIR}, a JDBC URL, or a URL of Redis. A user and
   * a password that are not given are taken from system properties and the environment.
   *
   * @param user null where none is given
   * @param password null where none is given
   * @throws IllegalArgumentException if it names none; the message shows nothing of it
   */
  static StoreAddress parse(String text, String user, String password) {
    String given = text.strip();
    Map<String, String> first = new HashMap<>();
    if (!given.startsWith(FILES) && LOGIN.matcher(given).find()) {
      throw new IllegalArgumentException(
          "the address of a store is without user and password, as others on this machine see the"
              + " command line: see --from-user and --from-password-file, or --to-..., or set"
              + " HELIX_JDBC_PASSWORD or HELIX_REDIS_PASSWORD");
    }
    if (given.startsWith(FILES) && given.length() > FILES.length()) {
      first.put(HelixConfig.STORE, "files");
      first.put(HelixConfig.SESSIONS_DIR, given.substring(FILES.length()));
    } else if (given.startsWith("jdbc:") && given.length() > "jdbc:".length()) {
      first.put(HelixConfig.STORE, "jdbc");
      first.put("helix.jdbc.url", given);
    } else if (given.matches("rediss?(\\+cluster)?://.+")) {
      first.put(HelixConfig.STORE, "redis");
      first.put("helix.redis.url", given);
    } else {
      throw new IllegalArgumentException(
          "a store is files:DIR, jdbc:..., redis://..., rediss://... or redis+cluster://...");
    }
    if (user != null || password != null) {
      String kind = first.get(HelixConfig.STORE);
      if (kind.equals("files")) {
        throw new IllegalArgumentException("a folder has no user and no password");
      }
      // One that is empty is taken from elsewhere.
      first.put("helix." + kind + ".user", user == null ? "" : user);
      first.put("helix." + kind + ".password", password == null ? "" : password);
    }
    StoreAddress known = ofSettings(first);
    // A data source of a container's would win over the URL, and no container is here.
    UnaryOperator<String> its =
        key -> key.equals("helix.jdbc.jndi") ? null : known.settings.apply(key);
    String shown =
        known.kind.equals("files")
            ? FILES + its.apply(HelixConfig.SESSIONS_DIR)
            : PARAMETERS.matcher(given).replaceFirst("");
    return new StoreAddress(known.kind, its, known.kind.equals("files") ? shown : given, shown);
  }

  SessionStore open() {
    return SessionStore.open(kind, settings);
  }

  /** Whether there may be a store; a folder that is not there is none yet. */
  boolean mayBeThere() {
    return !kind.equals("files") || Files.exists(Path.of(settings.apply(HelixConfig.SESSIONS_DIR)));
  }

  SessionStore openToRead() {
    return SessionStore.openToRead(kind, settings);
  }

  /** The archive of the store's sessions, where it has one. */
  Optional<Archive> archive() {
    return StoreProviders.named(kind)
        .archiveFolder(settings)
        .map(folder -> new Archive(folder, Clock.systemUTC()));
  }

  /** The names in the folder of a store of files that may be sessions; none of any other store. */
  List<SessionId> namesInFolder() {
    if (!kind.equals("files")) {
      return List.of();
    }
    try (Stream<Path> names = Files.list(Path.of(settings.apply(HelixConfig.SESSIONS_DIR)))) {
      return names
          .flatMap(name -> SessionId.ofName(name.getFileName().toString()).stream())
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new SessionException("the folder of " + shown + " cannot be listed", e);
    }
  }

  /** A text in which a driver may have repeated the address, without its parameters. */
  String withoutParametersOf(String text) {
    return given.equals(shown) ? text : text.replace(given, shown);
  }

  /** Whether both name the same store in the same words. */
  boolean isSameAs(StoreAddress other) {
    return kind.equals(other.kind) && shown.equals(other.shown) && given.equals(other.given);
  }

  /** The address, without its parameters. */
  @Override
  public String toString() {
    return shown;
  }
}
