package dev.helix.access;

/** What may be the name of a user: as little as of a conversation. No state. */
final class UserNames {
  private static final int MOST_CODE_POINTS = 512;

  private UserNames() {}

  /** Whether a name is 1 to 512 code points without control characters. */
  static boolean areUsable(String name) {
    return !name.isEmpty()
        && name.codePointCount(0, name.length()) <= MOST_CODE_POINTS
        && name.codePoints().noneMatch(Character::isISOControl);
  }
}
