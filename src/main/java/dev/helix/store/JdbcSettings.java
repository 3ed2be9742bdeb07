package dev.helix.store;

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
  private static final Pattern URL = Pattern.compile("jdbc:[a-zA-Z0-9]+:.+", Pattern.DOTALL);
  private static final Pattern PASSWORD = Pattern.compile("(?i)password=([^&;]+)");
  private static final Pattern USER_INFO = Pattern.compile("//[^/@]*@");
  private static final int POOL_SIZE = 10;

  static JdbcSettings of(UnaryOperator<String> settings) {
    String jndi = text(settings, "helix.jdbc.jndi");
    String url = text(settings, "helix.jdbc.url");
    if ((jndi == null) == (url == null)) {
      throw new IllegalArgumentException(
          "the store jdbc needs either helix.jdbc.jndi, the name of the container's DataSource, or"
              + " helix.jdbc.url"
              + (jndi == null ? "; neither is set" : "; both are set"));
    }
    if (url != null && !URL.matcher(url).matches()) {
      throw new IllegalArgumentException(
          "helix.jdbc.url is not a JDBC URL, such as jdbc:postgresql://localhost/helix");
    }
    return new JdbcSettings(
        jndi,
        url,
        text(settings, "helix.jdbc.user"),
        text(settings, "helix.jdbc.password"),
        poolSize(settings),
        flag(settings, "helix.jdbc.create", true),
        flag(settings, "helix.store.allow.loss", false));
  }

  private static int poolSize(UnaryOperator<String> settings) {
    String size = text(settings, "helix.jdbc.pool.size");
    if (size == null) {
      return POOL_SIZE;
    }
    if (!size.matches("[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException("helix.jdbc.pool.size must be a number from 1 to 999");
    }
    return Integer.parseInt(size);
  }

  private static boolean flag(UnaryOperator<String> settings, String key, boolean fallback) {
    String value = text(settings, key);
    if (value == null) {
      return fallback;
    }
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException(key + " must be true or false");
    }
    return value.equals("true");
  }

  private static String text(UnaryOperator<String> settings, String key) {
    String value = settings.apply(key);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /** The database for a person: without user, password and parameters. */
  String place() {
    if (jndi != null) {
      return "the DataSource " + jndi;
    }
    int end = url.length();
    for (char mark : new char[] {'?', ';'}) {
      int at = url.indexOf(mark);
      end = at < 0 ? end : Math.min(end, at);
    }
    return USER_INFO.matcher(url.substring(0, end)).replaceFirst("//");
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
