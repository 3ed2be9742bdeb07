package dev.helix.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What of a text counts when two messages are compared: that which clients are known to add or to
 * leave out is not in it. Specification section 4.
 */
public final class NormalizedText {
  private static final Set<String> REASONING_TAGS =
      Set.of("think", "thinking", "reason", "reasoning", "thought");
  private static final Map<String, String> REASONING_MARKS =
      Map.of("<|begin_of_thought|>", "<|end_of_thought|>", "◁think▷", "◁/think▷");

  /** Marks around what is said; only the marks are left out. */
  private static final List<String> SOLUTION_MARKS =
      List.of("<|begin_of_solution|>", "<|end_of_solution|>");

  private static final String TASK = "### Task:";
  private static final String CONTEXT = "<context>";
  private static final String CONTEXT_END = "</context>";
  private static final String QUERY = "<user_query>";
  private static final String QUERY_END = "</user_query>";

  private static final String HEADING = "\n#### ";
  private static final String CODE_TAG = "<code_interpreter type=\"code\"";
  private static final byte[] CODE_TAG_BYTES = CODE_TAG.getBytes(StandardCharsets.US_ASCII);

  /** How far behind its chapter's heading the tag stands at most, in characters. */
  private static final int MOST_TO_TAG = 256;

  private final String text;
  private final Set<String> neverClosed = new HashSet<>();
  private int nextAngle;
  private int nextTriangle;
  private int from;
  private boolean said;

  private NormalizedText(String text) {
    this.text = text;
    this.nextAngle = text.indexOf('<');
    this.nextTriangle = text.indexOf('◁');
  }

  /** What counts of a text of this role; all of it where that were nothing. */
  public static String of(String role, String text) {
    return switch (role) {
      case "assistant" -> {
        String said = new NormalizedText(text).withoutReasoning("");
        yield said.isEmpty() ? strip(text) : said;
      }
      case "user" -> question(withoutInstructions(strip(text)));
      default -> strip(text);
    };
  }

  /** An answer's text as {@link #of}, but with a line end in place of each block of reasoning. */
  public static String pieces(String text) {
    String said = new NormalizedText(text).withoutReasoning("\n");
    return said.isEmpty() ? strip(text) : said;
  }

  /** Whether an answer's text is reasoning and nothing else. */
  public static boolean isOnlyReasoning(String text) {
    return !strip(text).isEmpty() && new NormalizedText(text).withoutReasoning("").isEmpty();
  }

  /** The text without white space at the ends, of which a no-break space is one to clients. */
  static String strip(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start, Math.max(start, stripEnd(text)));
  }

  /** Where the white space at the text's end begins. */
  public static int stripEnd(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\uFEFF' || c == '\u0085';
  }

  /**
   * Whether {@link #of} may leave out more of this text than white space. False is certain.
   *
   * @param text in UTF-8, not empty and without white space at the ends
   */
  public static boolean mayShrink(String role, byte[] text, int start, int end) {
    if (role.equals("user")) {
      return text[start] == '#' || contains(CODE_TAG_BYTES, text, start, end);
    }
    if (!role.equals("assistant")) {
      return false;
    }
    // The first bytes of the triangle that some models put around their thoughts.
    int i = ByteSearch.indexOf((byte) '<', (byte) 0xE2, text, start, end);
    while (i < end && text[i] != '<' && text[i + 1] != (byte) 0x97) {
      i = ByteSearch.indexOf((byte) '<', (byte) 0xE2, text, i + 1, end);
    }
    return i < end;
  }

  private static boolean contains(byte[] what, byte[] text, int start, int end) {
    int i = ByteSearch.indexOf(what[0], what[0], text, start, end);
    while (i < end
        && !Arrays.equals(text, i, Math.min(end, i + what.length), what, 0, what.length)) {
      i = ByteSearch.indexOf(what[0], what[0], text, i + 1, end);
    }
    return i < end;
  }

  private String withoutReasoning(String between) {
    List<String> pieces = new ArrayList<>();
    int at = nextMark(0);
    while (at >= 0) {
      int end = skipped(at);
      if (end > at) {
        pieces.add(text.substring(from, at));
        said |= !isBlank(from, at);
        from = end;
      }
      at = nextMark(Math.max(end, at + 1));
    }
    pieces.add(text.substring(from));
    if (!between.isEmpty()) {
      pieces.replaceAll(NormalizedText::strip);
      pieces.removeIf(String::isEmpty);
    }
    return strip(String.join(between, pieces));
  }

  /** Where what may be a mark begins next, or -1; asked for places further and further. */
  private int nextMark(int start) {
    nextAngle = nextAngle < start && nextAngle >= 0 ? text.indexOf('<', start) : nextAngle;
    nextTriangle =
        nextTriangle < start && nextTriangle >= 0 ? text.indexOf('◁', start) : nextTriangle;
    return nextAngle < 0 || nextTriangle < 0
        ? Math.max(nextAngle, nextTriangle)
        : Math.min(nextAngle, nextTriangle);
  }

  /** Where what is left out here ends; the place itself where nothing is. */
  private int skipped(int at) {
    for (String mark : SOLUTION_MARKS) {
      if (text.startsWith(mark, at)) {
        return at + mark.length();
      }
    }
    for (Map.Entry<String, String> marks : REASONING_MARKS.entrySet()) {
      if (text.startsWith(marks.getKey(), at)) {
        return blockEnd(at, at + marks.getKey().length(), marks.getValue());
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
    int close = nameEnd;
    while (close < text.length() && text.charAt(close) != '>' && text.charAt(close) != '<') {
      close++;
    }
    String attributes = text.substring(nameEnd, close);
    boolean tag =
        close < text.length()
            && text.charAt(close) == '>'
            && (attributes.isEmpty() || Character.isWhitespace(attributes.charAt(0)));
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
    return !said && isBlank(from, at) ? text.length() : at;
  }

  private boolean isBlank(int start, int end) {
    int i = start;
    while (i < end && isSpace(text.charAt(i))) {
      i++;
    }
    return i == end;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /**
   * A question without the chapter behind it on how to have code run, which Open WebUI adds to it
   * for its own turn; the text where it has none, or nothing else.
   */
  private static String withoutInstructions(String text) {
    int tag = text.indexOf(CODE_TAG);
    int heading = tag < 0 ? -1 : text.lastIndexOf(HEADING, tag);
    return heading < 0 || tag - heading > MOST_TO_TAG ? text : strip(text.substring(0, heading));
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
    String rest = strip(text.substring(end + CONTEXT_END.length()));
    String asked = rest;
    int query = text.indexOf(QUERY);
    int queryEnd = text.lastIndexOf(QUERY_END);
    boolean quoted = query >= 0 && queryEnd > query;
    if (quoted && rest.contains(QUERY) && rest.contains(QUERY_END)) {
      asked =
          strip(
              rest.substring(0, rest.indexOf(QUERY))
                  + rest.substring(rest.lastIndexOf(QUERY_END) + QUERY_END.length()));
    }
    if (asked.isEmpty() && quoted) {
      asked = strip(text.substring(query + QUERY.length(), queryEnd));
    }
    return asked.isEmpty() ? text : asked;
  }
}
