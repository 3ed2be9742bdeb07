package dev.helix.store.jdbc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the database is, as it was set. Immutable; shows no password.
 *
 * @param jndi the name of a container's DataSource, or null
 * @param url a JDBC URL, where {@code jndi} is null
 * @param user for the URL, or null
 * @param password for the URL, or null
 * @param poolSize connections at once, for the URL
 * @param create whether tables that are missing are made
 * @param allowLoss whether a database is used that may lose what it acknowledged
 */
record JdbcSettings(
    String jndi,
    String url,
    String user,
    String password,
    int poolSize,
    boolean create,
    boolean allowLoss) {
  private static final String JNDI = "helix.jdbc.jndi";
  private static final String URL = "helix.jdbc.url";
  private static final String POOL_SIZE = "helix.jdbc.pool.size";
  private static final String CREATE = "helix.jdbc.create";
  private static final String ALLOW_LOSS = "helix.store.allow.loss";
  private static final Pattern JDBC_URL = Pattern.compile("jdbc:[a-zA-Z0-9]+:.+", Pattern.DOTALL);
  private static final Pattern PASSWORD = Pattern.compile("(?i)password=([^&;]+)");

  /** As {@code //user:password@host}, or as a part of an address in brackets. */
  private static final Pattern LOGIN =
      Pattern.compile("(?i)^[^?;]*//[^?;]*@|[(,]\\s*(user|password)\\s*=");

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException if one makes no sense
   */
  static JdbcSettings of(UnaryOperator<String> settings) {
    problems(settings)
        .forEach(
            (key, allowed) -> {
              throw new IllegalArgumentException(key + " must be " + allowed);
            });
    String poolSize = text(settings, POOL_SIZE);
    return new JdbcSettings(
        text(settings, JNDI),
        text(settings, URL),
        text(settings, "helix.jdbc.user"),
        text(settings, "helix.jdbc.password"),
        poolSize == null ? 10 : Integer.parseInt(poolSize),
        !"false".equals(text(settings, CREATE)),
        "true".equals(text(settings, ALLOW_LOSS)));
  }

  /** For each setting that makes no sense, what it must be. */
  static Map<String, String> problems(UnaryOperator<String> settings) {
    Map<String, String> problems = new LinkedHashMap<>();
    String jndi = text(settings, JNDI);
    String url = text(settings, URL);
    if (jndi == null && url == null) {
      problems.put(
          URL,
          "set, or "
              + JNDI
              + ", the name of the container's DataSource: the store jdbc needs one of them");
    } else if (jndi != null && url != null) {
      problems.put(URL, "absent where " + JNDI + " is set");
    } else if (url != null && !JDBC_URL.matcher(url).matches()) {
      problems.put(URL, "a JDBC URL, such as jdbc:postgresql://localhost/helix");
    } else if (url != null && LOGIN.matcher(url).find()) {
      // Drivers that know none there take it for a part of the host, and quote it.
      problems.put(
          URL, "without user and password, which are helix.jdbc.user and helix.jdbc.password");
    }
    String size = text(settings, POOL_SIZE);
    if (size != null && !size.matches("[1-9][0-9]{0,2}")) {
      problems.put(POOL_SIZE, "a number from 1 to 999");
    }
    for (String key : List.of(CREATE, ALLOW_LOSS)) {
      String value = text(settings, key);
      if (value != null && !value.equals("true") && !value.equals("false")) {
        problems.put(key, "true or false");
      }
    }
    return problems;
  }

  private static String text(UnaryOperator<String> settings, String key) {
    String value = settings.apply(key);
    return value == null || value.isBlank() ? null : value.strip();
  }

  boolean isPostgres() {
    return url.startsWith("jdbc:postgresql:");
  }

  /** Or MySQL. */
  boolean isMariaDb() {
    return url.startsWith("jdbc:mariadb:") || url.startsWith("jdbc:mysql:");
  }

  /** The database for a person: without parameters. */
  String place() {
    return jndi != null ? "the DataSource " + jndi : url.split("[?;]", 2)[0];
  }

  /** Whether a text says more of the settings than {@link #place} does. */
  boolean isSecretIn(String text) {
    if (text == null || url == null) {
      return false;
    }
    Matcher inUrl = PASSWORD.matcher(url);
    return (password != null && text.contains(password))
        || (inUrl.find() && text.contains(inUrl.group(1)))
        || (!place().equals(url) && text.contains(url));
  }

  @Override
  public String toString() {
    return place();
  }
}
