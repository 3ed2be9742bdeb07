package dev.helix.config;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.naming.InitialContext;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.NoInitialContextException;

/**
 * A place where settings are looked up, such as the environment. Immutable; as thread-safe as the
 * functions it is made of.
 *
 * @param name how the place is called in messages
 * @param spelling how a key is spelled there ({@code helix.sessions.dir} is {@code
 *     HELIX_SESSIONS_DIR} in the environment)
 * @param lookup the value of a name as spelled there; null or blank when it has none
 * @param names all names that have a value there; empty where the place cannot be listed
 * @param shared whether other applications have theirs there too, so that one that is unknown is
 *     not taken for a misspelled one
 */
public record Source(
    String name,
    UnaryOperator<String> spelling,
    UnaryOperator<String> lookup,
    Supplier<Collection<String>> names,
    boolean shared) {

  static final String INIT_PARAM = "init-param";
  private static final String PREFIX = "helix.";

  /** What stands for a name in the form of a key. */
  private static final String NAME = "NAME";

  private static final Logger LOG = System.getLogger(Source.class.getName());

  public Source {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(spelling, "spelling");
    Objects.requireNonNull(lookup, "lookup");
    Objects.requireNonNull(names, "names");
  }

  private Source(String name, UnaryOperator<String> lookup, Supplier<Collection<String>> names) {
    this(name, UnaryOperator.identity(), lookup, names, false);
  }

  /** A source of plain keys and values, which it copies. */
  public static Source of(String name, Map<String, String> values) {
    Map<String, String> copy = Map.copyOf(values);
    return new Source(name, copy::get, copy::keySet);
  }

  /** Environment variables: keys in upper case, dots and hyphens as underscores. */
  public static Source environment(Map<String, String> variables) {
    Map<String, String> copy = Map.copyOf(variables);
    return new Source(
        "environment",
        key -> key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'),
        copy::get,
        copy::keySet,
        false);
  }

  /** System properties, read when asked for. */
  public static Source systemProperties(Properties properties) {
    return new Source("system property", properties::getProperty, properties::stringPropertyNames);
  }

  static Source initParams(FilterConfig config) {
    return new Source(
        INIT_PARAM,
        config::getInitParameter,
        () -> Collections.list(config.getInitParameterNames()));
  }

  /** What all filters and servlets are given; of a key that two have, the first. */
  static Source initParams(ServletContext context) {
    Map<String, String> values = new LinkedHashMap<>();
    Stream.concat(
            context.getFilterRegistrations().values().stream(),
            context.getServletRegistrations().values().stream())
        .flatMap(registration -> registration.getInitParameters().entrySet().stream())
        .filter(parameter -> parameter.getKey().startsWith(PREFIX))
        .forEach(parameter -> values.putIfAbsent(parameter.getKey(), parameter.getValue()));
    return of(INIT_PARAM, values);
  }

  /** Context parameters. A server's own belong to every application on it. */
  static Source contextParams(ServletContext context) {
    return new Source(
        "context-param",
        UnaryOperator.identity(),
        context::getInitParameter,
        () -> Collections.list(context.getInitParameterNames()),
        true);
  }

  /** Environment entries of the web application: {@code java:comp/env/<key>}. */
  static Source jndi() {
    return new Source("JNDI", Source::jndiEntry, List::of);
  }

  // Only keys of ours are looked up, never a caller's text.
  @SuppressWarnings("BanJNDI")
  private static String jndiEntry(String key) {
    try {
      Object entry = InitialContext.doLookup("java:comp/env/" + key);
      return entry == null ? null : entry.toString();
    } catch (NameNotFoundException | NoInitialContextException absent) {
      return null;
    } catch (NamingException | RuntimeException e) {
      // Servers differ in what they throw for an entry that was never bound.
      LOG.log(Level.DEBUG, () -> "JNDI has no entry for " + key, e);
      return null;
    }
  }

  /** What stands for the name in the keys here that have this form, as it is spelled in keys. */
  Stream<String> named(String form) {
    String spelled = spelling.apply(form);
    int at = spelled.lastIndexOf(NAME); // The last one: an upstream's own name may have it too.
    String[] around = {spelled.substring(0, at), spelled.substring(at + NAME.length())};
    int shortest = around[0].length() + around[1].length();
    return names.get().stream()
        .filter(key -> key.length() > shortest)
        .filter(key -> key.startsWith(around[0]) && key.endsWith(around[1]))
        .filter(key -> !isBlank(lookup.apply(key)))
        .map(key -> inKeys(key.substring(around[0].length(), key.length() - around[1].length())));
  }

  private static boolean isBlank(String text) {
    return text == null || text.isBlank();
  }

  /** A name as keys have it, of one as it is spelled here; itself where no key has it. */
  private String inKeys(String spelled) {
    String usual = spelled.toLowerCase(Locale.ROOT).replace('_', '-');
    return spelling.apply(usual).equals(spelled) ? usual : spelled;
  }

  /** Says which settings here are none of the known keys, and which of those was probably meant. */
  Stream<String> unknown(Collection<String> knownKeys) {
    String prefix = spelling.apply(PREFIX);
    Set<String> known = knownKeys.stream().map(spelling).collect(Collectors.toUnmodifiableSet());
    return (shared ? List.<String>of() : names.get())
        .stream()
            .filter(key -> key.startsWith(prefix) && !known.contains(key))
            .sorted()
            .map(key -> key + " (" + name + ") is no known setting" + nearest(key, known));
  }

  private static String nearest(String name, Set<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String key) -> distance(name, key)).thenComparing(key -> key))
        .map(key -> "; the nearest is " + key)
        .orElse("");
  }

  /** Levenshtein's distance: the insertions, deletions and replacements from one to the other. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
