package dev.helix.session;

import java.util.regex.Pattern;

/**
 * What sessions are called in lists: one line without control characters, of at most 200 characters
 * where a person gave it, and of at most 80 where it is the beginning of a request. No state.
 */
public final class SessionTitle {
  private static final int LONGEST = 200;
  private static final int LONGEST_DERIVED = 80;

  /** Enough for a title, also where much of it is white space. */
  private static final int LOOKED_AT = 500;

  private static final Pattern WHITE = Pattern.compile("[\\s\\p{Cc}\\p{Cs}\\p{Z}]+");

  private SessionTitle() {}

  /**
   * A name that a person gives, in one line; null for none, so that the request's is shown again.
   *
   * @throws IllegalArgumentException if it is longer than 200 characters
   */
  public static String checked(String name) {
    String line = name == null ? "" : line(name);
    if (line.length() > LONGEST) {
      throw new IllegalArgumentException("a title has at most " + LONGEST + " characters");
    }
    return line.isEmpty() ? null : line;
  }

  /** A name that another program gave, cut to a title's length; null for none, as null is. */
  public static String stored(String name) {
    String line = name == null ? "" : cut(line(name), LONGEST);
    return line.isEmpty() ? null : line;
  }

  /** The beginning of a request, which may be null. */
  static String of(String request) {
    if (request == null) {
      return "";
    }
    return cut(line(request.substring(0, Math.min(request.length(), LOOKED_AT))), LONGEST_DERIVED);
  }

  private static String line(String text) {
    return WHITE.matcher(text).replaceAll(" ").strip();
  }

  private static String cut(String line, int longest) {
    if (line.length() <= longest) {
      return line;
    }
    boolean half = Character.isHighSurrogate(line.charAt(longest - 2));
    return line.substring(0, half ? longest - 2 : longest - 1) + "…";
  }
}
