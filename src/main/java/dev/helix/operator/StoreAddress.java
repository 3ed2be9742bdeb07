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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which store an operator means, and how it is opened. Immutable. It may hold a password, which is
 * never shown.
 *
 * @param given the address as it was given
 * @param shown the same without what is secret
 */
record StoreAddress(String kind, UnaryOperator<String> settings, String given, String shown) {
  private static final String FILES = "files:";

  /** What comes before the user, and what behind up to the parameters. */
  private static final Pattern PLAIN_URL =
      Pattern.compile("([a-z0-9:+]+(?://)?)(?:[^/?#;@]*@)?([^?#;@()]*)(?:[?#;][^@]*)?");

  private static final Pattern SCHEME = Pattern.compile("jdbc:[a-z0-9]+:|rediss?(?:\\+cluster)?:");

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
   * The store that an argument names: {@code files:DIR}, a JDBC URL, or a URL of Redis. What it
   * does not say, such as a user and a password, is taken from system properties and the
   * environment.
   *
   * @throws IllegalArgumentException if it names none; the message shows nothing of it
   */
  static StoreAddress parse(String text) {
    String given = text.strip();
    Map<String, String> first = new HashMap<>();
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
    StoreAddress known = ofSettings(first);
    // A data source of a container's would win over the URL, and no container is here.
    UnaryOperator<String> its =
        key -> key.equals("helix.jdbc.jndi") ? null : known.settings.apply(key);
    String shown =
        known.kind.equals("files")
            ? FILES + its.apply(HelixConfig.SESSIONS_DIR)
            : withoutSecrets(given);
    return new StoreAddress(known.kind, its, known.kind.equals("files") ? shown : given, shown);
  }

  /** A URL without a user and parameters; of one of another form only how it begins. */
  private static String withoutSecrets(String url) {
    Matcher plain = PLAIN_URL.matcher(url);
    if (plain.matches()) {
      return plain.group(1) + plain.group(2);
    }
    Matcher beginning = SCHEME.matcher(url);
    return (beginning.lookingAt() ? beginning.group() : "jdbc:") + "...";
  }

  SessionStore open() {
    return SessionStore.open(kind, settings);
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

  /** A text in which a driver may have repeated the address, without what is secret in it. */
  String withoutSecretsOf(String text) {
    return given.equals(shown) ? text : text.replace(given, shown);
  }

  /** Whether both name the same store in the same words. */
  boolean isSameAs(StoreAddress other) {
    return kind.equals(other.kind) && shown.equals(other.shown) && given.equals(other.given);
  }

  /** The address, without what is secret in it. */
  @Override
  public String toString() {
    return shown;
  }
}
