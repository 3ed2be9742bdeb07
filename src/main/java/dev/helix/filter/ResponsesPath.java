package dev.helix.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request is in the Responses API, by its method and its path below the context path,
 * whatever stands before {@code /responses}; {@code /conversations} stands first, or behind {@code
 * /v1}. Immutable.
 *
 * @param kind what it is
 * @param id what stands where the id of a response or a conversation does, whatever it is; null
 *     where it names none
 */
record ResponsesPath(Kind kind, String id) {
  enum Kind {
    /** None of the API. */
    OTHER,
    /** To make a response. */
    MAKES,
    /** To make something of what a response would be made of, which is not kept. */
    TRIES,
    /** Of one response. */
    NAMES,
    /** To make a conversation. */
    BEGINS,
    /** Of one conversation. */
    CONVERSES
  }

  private static final ResponsesPath OTHER = new ResponsesPath(Kind.OTHER, null);
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "DELETE");
  private static final Pattern MADE =
      Pattern.compile(".*/responses(/compact|/input_tokens)?/?", Pattern.DOTALL);
  private static final Pattern NAMED =
      Pattern.compile(".*/responses/([^/]+)(?:/[^/]+)?/?", Pattern.DOTALL);

  private static final Pattern CANCELLED =
      Pattern.compile(".*/responses/[^/]+/cancel/?", Pattern.DOTALL);

  private static final Pattern CONVERSATIONS =
      Pattern.compile(
          "(?:/.*)?/v1/conversations(?:/(.*))?|/conversations(?:/(.*))?", Pattern.DOTALL);

  static ResponsesPath of(HttpServletRequest request) {
    String method = request.getMethod();
    String raw = METHODS.contains(method) ? path(request) : "";
    if (!raw.contains("/responses") && !raw.contains("/conversations")) {
      return OTHER; // As most are, for which nothing else is looked at.
    }
    // Some servers join doubled slashes before a servlet is chosen.
    String path = raw.replaceAll("/{2,}", "/");
    Matcher conversations = CONVERSATIONS.matcher(path);
    if (conversations.matches()) {
      String behind = conversations.group(conversations.group(1) == null ? 2 : 1);
      return ofConversation(method, behind == null ? "" : behind);
    }
    if (method.equals("POST")) {
      Matcher made = MADE.matcher(path);
      if (made.matches()) {
        return new ResponsesPath(made.group(1) == null ? Kind.MAKES : Kind.TRIES, null);
      }
    }
    // Another path of a conversation of this name may be posted to as well.
    boolean mayName = !method.equals("POST") || CANCELLED.matcher(path).matches();
    Matcher named = NAMED.matcher(mayName ? path : "");
    return named.matches() ? new ResponsesPath(Kind.NAMES, named.group(1)) : OTHER;
  }

  /** Whether a request is of no one response, but of where they are made. */
  static boolean isOfAll(HttpServletRequest request) {
    Matcher made = MADE.matcher(path(request).replaceAll("/{2,}", "/"));
    return made.matches() && made.group(1) == null;
  }

  private static ResponsesPath ofConversation(String method, String behind) {
    if (behind.isEmpty()) {
      return method.equals("POST") ? new ResponsesPath(Kind.BEGINS, null) : OTHER;
    }
    int slash = behind.indexOf('/');
    return new ResponsesPath(Kind.CONVERSES, slash < 0 ? behind : behind.substring(0, slash));
  }

  /** Whether the path alone says the session. */
  boolean tellsAll() {
    return kind == Kind.NAMES || kind == Kind.BEGINS || kind == Kind.CONVERSES;
  }

  /** Whether the body says something of the session. */
  boolean hasBody() {
    return kind == Kind.MAKES || kind == Kind.TRIES;
  }

  /** The path as servlets see it. */
  private static String path(HttpServletRequest request) {
    try {
      String info = request.getPathInfo();
      return request.getServletPath() + (info == null ? "" : info);
    } catch (IllegalArgumentException e) {
      return ""; // Jetty gives no path that is ambiguous, to nobody.
    }
  }
}
