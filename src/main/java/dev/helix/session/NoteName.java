package dev.helix.session;

import java.util.regex.Pattern;

/** What a note that is kept with a session may be called. No state. */
final class NoteName {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");

  private NoteName() {}

  /**
   * The name.
   *
   * @throws IllegalArgumentException if it is none
   */
  static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a note's name is 1 to 64 of a-z 0-9 _ - and begins with a letter or digit");
    }
    return name;
  }
}
