package dev.helix.config;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The settings of one web application, read once while it starts: each read names a key, a type and
 * a default, and what is wrong is collected until {@link #check()}.
 *
 * <p>A key's value is taken from the first source that has one: init-param, JNDI ({@code
 * java:comp/env/<key>}), system property ({@code helix.sessions.dir}), context-param, environment
 * ({@code HELIX_SESSIONS_DIR}), else the default. Values are stripped of white space at their ends;
 * an empty value is an absent one. A value that cannot be used never falls through to the next
 * source: the read returns the default, and {@link #check()} throws.
 *
 * <p>Not thread-safe: used by the one thread that starts the application. What the reads return is
 * immutable.
 */
public final class Settings {
  private static final String NOTHING = "(not set) (default)";

  private final List<Source> sources;

  /** Each key's value as it may be shown, and where it is from. */
  private final Map<String, String> report = new LinkedHashMap<>();

  /** What is wrong, a line for each key. */
  private final Map<String, String> problems = new LinkedHashMap<>();

  /** Settings from the given sources, the strongest first. */
  public Settings(List<Source> sources) {
    this.sources = List.copyOf(sources);
  }

  /** The settings of a web application: all its parts' init-params before the other sources. */
  public static Settings forContext(ServletContext context) {
    return behind(Source.initParams(context), context);
  }

  /** The settings of one filter: its init-params before the web application's sources. */
  public static Settings forFilter(FilterConfig config) {
    return behind(Source.initParams(config), config.getServletContext());
  }

  private static Settings behind(Source initParams, ServletContext context) {
    return new Settings(
        List.of(
            initParams,
            Source.jndi(),
            Source.systemProperties(System.getProperties()),
            Source.contextParams(context),
            Source.environment(System.getenv())));
  }

  /** A text; {@code fallback} may be null. */
  public String string(String key, String fallback) {
    return read(key, fallback, Syntax.string());
  }

  /** A text that is never shown, or null when it is not set. */
  public String secret(String key) {
    return read(key, null, Syntax.secret());
  }

  /** An absolute path; {@code ~/} stands for the home directory. */
  public Path path(String key, Path fallback) {
    return read(key, fallback, Syntax.path());
  }

  /** An http or https URL, whose user info and query are never shown, or the fallback or null. */
  public URI uri(String key, URI fallback) {
    return read(key, fallback, Syntax.uri());
  }

  /**
   * A duration of 1 ms to a day, as {@code 500ms}, {@code 10s}, {@code 2m}, {@code 1h} or ISO-8601.
   * A bare number is refused: its unit would be a guess.
   */
  public Duration duration(String key, Duration fallback) {
    return duration(key, fallback, Duration.ofMillis(1), Duration.ofDays(1));
  }

  /** A duration within the given limits, both included. */
  public Duration duration(String key, Duration fallback, Duration least, Duration most) {
    return read(key, fallback, Syntax.duration(least, most));
  }

  /** A size in bytes within the given limits, both included: {@code 64MiB} or a bare number. */
  public long size(String key, long fallback, long least, long most) {
    return read(key, fallback, Syntax.size(least, most));
  }

  /** A whole number within the given limits, both included. */
  public int integer(String key, int fallback, int least, int most) {
    return read(key, fallback, Syntax.integer(least, most));
  }

  /** {@code true} or {@code false}, and nothing else. */
  public boolean flag(String key, boolean fallback) {
    return read(key, fallback, Syntax.flag());
  }

  /** One constant of an enum, written in lower case with hyphens. */
  public <E extends Enum<E>> E choice(String key, E fallback) {
    return read(key, fallback, Syntax.choice(fallback.getDeclaringClass()));
  }

  /** A list separated by commas, never empty when set. */
  public List<String> list(String key, List<String> fallback) {
    return List.copyOf(read(key, fallback, Syntax.list()));
  }

  /**
   * The text of a key as it stands, or null, for a part that checks its own settings. It counts as
   * known and is reported without its value, since it may be secret.
   */
  public String raw(String key) {
    Found found = find(key);
    report.putIfAbsent(key, found == null ? NOTHING : "(set)" + found.from());
    return found == null ? null : found.text();
  }

  /**
   * What stands for {@code NAME} in the keys that are set and have this form, such as {@code
   * helix.upstream.NAME.url}, in alphabetical order. JNDI is not looked through.
   */
  public SortedSet<String> names(String form) {
    return sources.stream()
        .flatMap(source -> source.named(form))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether any source has this key. */
  public boolean isSet(String key) {
    return find(key) != null;
  }

  /** Whether the filter's own init-params set this key. */
  public boolean isInitParam(String key) {
    Found found = find(key);
    return found != null && found.source().name().equals(Source.INIT_PARAM);
  }

  /** Whether the filter's own init-params set a key that begins with one of these. */
  public boolean hasInitParam(List<String> prefixes) {
    return sources.stream()
        .filter(source -> source.name().equals(Source.INIT_PARAM))
        .flatMap(source -> source.names().get().stream())
        .anyMatch(name -> prefixes.stream().anyMatch(name::startsWith) && isInitParam(name));
  }

  /** Adds a problem that only its reader can see, such as two settings that exclude each other. */
  public void reject(String key, String allowed) {
    problems.putIfAbsent(
        key, key + " = " + report.getOrDefault(key, NOTHING) + ": must be " + allowed);
  }

  /**
   * Ends the reading.
   *
   * @throws InvalidSettingsException if any value so far could not be used; it names them all
   */
  public void check() {
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems.values());
    }
  }

  /**
   * One line for each key read so far, in that order: {@code helix.sessions.dir = /srv/helix
   * (environment)}. A secret is shown as {@code (set)}.
   */
  public List<String> report() {
    return report.entrySet().stream()
        .map(entry -> entry.getKey() + " = " + entry.getValue())
        .toList();
  }

  /** One line for each {@code helix.*} setting that nobody has read so far, and the nearest key. */
  public List<String> unknown() {
    return unknown(source -> true);
  }

  /** As {@link #unknown()}, for the init-params alone: the rest may be meant for other parts. */
  public List<String> unknownInitParams() {
    return unknown(source -> source.name().equals(Source.INIT_PARAM));
  }

  private List<String> unknown(Predicate<Source> where) {
    return sources.stream()
        .filter(where)
        .flatMap(source -> source.unknown(report.keySet()))
        .toList();
  }

  private <T> T read(String key, T fallback, Syntax<T> syntax) {
    Found found = find(key);
    if (found == null) {
      report.put(key, syntax.show(fallback) + " (default)");
      return fallback;
    }
    try {
      T value = syntax.parse().apply(found.text());
      report.put(key, syntax.show(value) + found.from());
      return value;
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      report.put(key, syntax.shownText().apply(found.text()) + found.from());
      reject(key, syntax.allowed());
      return fallback;
    }
  }

  private Found find(String key) {
    for (Source source : sources) {
      String text = source.lookup().apply(source.spelling().apply(key));
      if (text != null && !text.isBlank()) {
        return new Found(source, text.strip());
      }
    }
    return null;
  }

  private record Found(Source source, String text) {
    String from() {
      return " (" + source.name() + ")";
    }
  }
}
