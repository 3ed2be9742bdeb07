package dev.helix.operator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What follows a command's name. Immutable.
 *
 * @param words what is no option, in order
 * @param options the options given, each with its value, or with none an empty one; of two the last
 */
record CommandLine(List<String> words, Map<String, String> options) {
  /**
   * Reads arguments.
   *
   * @param withValue the options that are followed by a value
   * @param flags the options that are not
   * @throws IllegalArgumentException if an option is neither, or lacks its value; the message is
   *     for the person at the terminal
   */
  static CommandLine parse(List<String> arguments, Set<String> withValue, Set<String> flags) {
    List<String> words = new ArrayList<>();
    Map<String, String> options = new HashMap<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      if (!argument.startsWith("--")) {
        words.add(argument);
      } else if (flags.contains(argument)) {
        options.put(argument, "");
      } else if (!withValue.contains(argument)) {
        throw new IllegalArgumentException("unknown option: " + argument);
      } else if (rest.hasNext()) {
        options.put(argument, rest.next());
      } else {
        throw new IllegalArgumentException(argument + " needs a value");
      }
    }
    return new CommandLine(words, options);
  }

  boolean has(String option) {
    return options.containsKey(option);
  }

  /** The only word. */
  String word(String what) {
    if (words.size() != 1) {
      throw new IllegalArgumentException("exactly one " + what + " is needed");
    }
    return words.get(0);
  }
}
