package dev.helix.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values that stand where a name should and name nothing: a template that nobody filled in, such as
 * {@code {{CHAT_ID}}}, {@code ${id}}, {@code %ID%} or {@code <id>}, and what programs write for
 * nothing: {@code undefined}, {@code null}, {@code None}, {@code NaN}, {@code [object Object]}, the
 * nil UUID. Everybody who sends one means somebody else. No state.
 */
public final class Placeholder {
  /** Where one of these stands, a template stands, whatever is around it. */
  private static final List<String> OPENINGS =
      List.of("{{", "${", "$(", "#{", "@{", "%{", "<%", "{%", "[[");

  /** Values that are templates as a whole. */
  private static final Pattern TEMPLATE =
      Pattern.compile(
          "\\{[^\"]*}" // {id}, {0}, {}
              + "|<[^<>@]*>|<<[^<>]*>>" // <id>, <nil>; a mail's id has an @
              + "|%[A-Za-z_][\\w.-]*%|%\\(\\w*\\)s|%[a-zA-Z@]|%!.*" // %ID%, %(id)s, %s, %!s(<nil>)
              + "|\\$(?=.*[_.:]|.*[iI][dD]$)[A-Za-z_][\\w.:]*" // $CHAT_ID, $json.id, $env:ID
              + "|\\[[A-Za-z_ -]*[iI][dD]]" // [conversation_id]
              + "|:[A-Za-z_]*[iI][dD]" // :id
              + "|@[A-Z_]+@|__[A-Z][A-Z0-9_]*__"); // @ID@, __ID__

  private static final Pattern NOTHING =
      Pattern.compile(
          "(undefined|null|none|nan)([-_:/.,\\s]+(undefined|null|none|nan))*"
              + "|\\[object [a-z]+]|optional\\.empty|\\[\\s*]",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern NIL_UUID = Pattern.compile("0{8}-?0{4}-?0{4}-?0{4}-?0{12}");
  private static final Pattern UUID_IN_BRACES =
      Pattern.compile("\\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}}");
  private static final Pattern ENCODED_BRACE =
      Pattern.compile("%7([bd])", Pattern.CASE_INSENSITIVE);
  private static final Pattern QUOTED = Pattern.compile("([\"'`])(.*)\\1");
  private static final Pattern BRACKETED = Pattern.compile("\\((.*)\\)|\\[(.*)]");

  /** No template that nobody filled in is longer, and no name has more marks around it. */
  private static final int LONGEST = 600;

  private static final int MOST_LAYERS = 8;

  private Placeholder() {}

  /** Whether a value, without white space around it, names nothing. */
  public static boolean is(String value) {
    return value.length() <= LONGEST && is(value, MOST_LAYERS);
  }

  private static boolean is(String value, int layers) {
    boolean plain = true;
    for (int i = 0; i < value.length() && plain; i++) {
      char c = value.charAt(i);
      plain =
          (c >= '0' && c <= '9')
              || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || c == '-'
              || c == '_';
    }
    if (!plain || value.startsWith("__")) {
      return isTemplate(value) || isNothing(value, layers);
    }
    // An id of letters, digits, - and _, as nearly all are.
    boolean mayBeWord = !value.isEmpty() && "uUnN".indexOf(value.charAt(0)) >= 0;
    return (mayBeWord && NOTHING.matcher(value).matches()) || hasNilUuid(value);
  }

  private static boolean isTemplate(String value) {
    String text =
        value.indexOf('%') < 0
            ? value
            : ENCODED_BRACE
                .matcher(value)
                .replaceAll(found -> found.group(1).equalsIgnoreCase("b") ? "{" : "}");
    return OPENINGS.stream().anyMatch(text::contains)
        || (TEMPLATE.matcher(text).matches() && !UUID_IN_BRACES.matcher(text).matches());
  }

  private static boolean isNothing(String value, int layers) {
    if (NOTHING.matcher(value).matches() || hasNilUuid(value)) {
      return true;
    }
    if (layers == 0) {
      return false;
    }
    Matcher quoted = QUOTED.matcher(value);
    if (quoted.matches()) {
      String inner = quoted.group(2).strip();
      return inner.isEmpty() || is(inner, layers - 1);
    }
    Matcher bracketed = BRACKETED.matcher(value);
    if (bracketed.matches()) {
      String inner = bracketed.group(1) == null ? bracketed.group(2) : bracketed.group(1);
      return inner.equalsIgnoreCase("nil") || isNothing(inner.strip(), layers - 1);
    }
    // Open WebUI's own beginning of an id.
    return value.startsWith("channel:") && is(value.substring("channel:".length()), layers - 1);
  }

  private static boolean hasNilUuid(String value) {
    return value.contains("00000000") && NIL_UUID.matcher(value).find();
  }
}
