package dev.helix.session;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What of a text counts when two messages are compared: that which clients are known to add or to
 * leave out is not in it. Specification section 4.
 */
final class Wording {
  private static final Set<String> REASONING_TAGS =
      Set.of("think", "thinking", "reason", "reasoning", "thought");
  private static final List<String[]> REASONING_MARKS =
      List.of(
          new String[] {"<|begin_of_thought|>", "<|end_of_thought|>"},
          new String[] {"◁think▷", "◁/think▷"});

  /** Marks around what is said; only the marks are left out. */
  private static final List<String> SOLUTION_MARKS =
      List.of("<|begin_of_solution|>", "<|end_of_solution|>");

  private static final String TASK = "### Task:";
  private static final String CONTEXT = "<context>";
  private static final String CONTEXT_END = "</context>";
  private static final String QUERY = "<user_query>";
  private static final String QUERY_END = "</user_query>";

  private final String text;
  private final List<String> said = new ArrayList<>();
  private final Set<String> neverClosed = new HashSet<>();
  private int from;

  private Wording(String text) {
    this.text = text;
  }

  /** What counts of a text of this role, without white space at the ends. */
  static String of(String role, String text) {
    return switch (role) {
      case "assistant" -> new Wording(text).withoutReasoning();
      case "user" -> question(text.strip());
      default -> text.strip();
    };
  }

  /**
   * Whether {@link #of} may leave out more of this text than white space. False is certain.
   *
   * @param text in UTF-8, not empty and without white space at the ends
   */
  static boolean mayShrink(String role, byte[] text, int start, int end) {
    if (role.equals("user")) {
      return text[start] == '#';
    }
    if (!role.equals("assistant")) {
      return false;
    }
    for (int i = start; i < end; i++) {
      // The first bytes of the triangle that some models put around their thoughts.
      if (text[i] == '<' || (text[i] == (byte) 0xE2 && text[i + 1] == (byte) 0x97)) {
        return true;
      }
    }
    return false;
  }

  /** The text without blocks of reasoning; the whole text where there is nothing else. */
  private String withoutReasoning() {
    int at = nextMark(0);
    while (at >= 0) {
      int end = skipped(at);
      if (end > at) {
        add(text.substring(from, at));
        from = end;
      }
      at = nextMark(Math.max(end, at + 1));
    }
    add(text.substring(from));
    // The client that takes the blocks out puts line ends between what is left.
    return said.isEmpty() ? text.strip() : String.join("\n", said);
  }

  private void add(String piece) {
    if (!piece.isBlank()) {
      said.add(piece.strip());
    }
  }

  private int nextMark(int start) {
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '<' || c == '◁') {
        return i;
      }
    }
    return -1;
  }

  /** Where what is left out here ends; the place itself where nothing is. */
  private int skipped(int at) {
    for (String mark : SOLUTION_MARKS) {
      if (text.startsWith(mark, at)) {
        return at + mark.length();
      }
    }
    for (String[] marks : REASONING_MARKS) {
      if (text.startsWith(marks[0], at)) {
        return blockEnd(at, at + marks[0].length(), marks[1]);
      }
    }
    int nameEnd = at + 1;
    while (nameEnd < text.length() && isLetter(text.charAt(nameEnd))) {
      nameEnd++;
    }
    String name = text.substring(at + 1, nameEnd);
    boolean details = name.equals("details");
    if (!details && !REASONING_TAGS.contains(name.toLowerCase(Locale.ROOT))) {
      return at;
    }
    int close = text.indexOf('>', nameEnd);
    if (close < 0) {
      return at;
    }
    String attributes = text.substring(nameEnd, close);
    boolean tag = attributes.isEmpty() || Character.isWhitespace(attributes.charAt(0));
    if (!tag || (details && !attributes.contains("type=\"reasoning\""))) {
      return at;
    }
    return blockEnd(at, close + 1, "</" + name + ">");
  }

  private int blockEnd(int at, int inside, String closing) {
    if (!neverClosed.contains(closing)) {
      int end = text.indexOf(closing, inside);
      if (end >= 0) {
        return end + closing.length();
      }
      neverClosed.add(closing);
    }
    // An answer that broke off while it reasoned; elsewhere it is only talk of such a tag.
    return said.isEmpty() && text.substring(from, at).isBlank() ? text.length() : at;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** The question in a text that retrieval put a context before; the text where it has none. */
  private static String question(String text) {
    if (!text.startsWith(TASK)) {
      return text;
    }
    int context = text.indexOf(CONTEXT);
    int end = text.lastIndexOf(CONTEXT_END);
    if (context < 0 || end < context) {
      return text;
    }
    String rest = text.substring(end + CONTEXT_END.length()).strip();
    String asked = rest;
    int query = text.indexOf(QUERY);
    int queryEnd = text.lastIndexOf(QUERY_END);
    boolean quoted = query >= 0 && queryEnd > query;
    if (quoted && rest.contains(QUERY) && rest.contains(QUERY_END)) {
      asked =
          (rest.substring(0, rest.indexOf(QUERY))
                  + rest.substring(rest.lastIndexOf(QUERY_END) + QUERY_END.length()))
              .strip();
    }
    if (asked.isEmpty() && quoted) {
      asked = text.substring(query + QUERY.length(), queryEnd).strip();
    }
    return asked.isEmpty() ? text : asked;
  }
}
