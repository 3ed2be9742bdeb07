package dev.helix.message;

import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The shape of the prompts that chat programs send in the background, for a title, tags or
 * follow-up questions: text that a person did not write and that no transcript keeps. No state.
 *
 * <p>The shape is that of Open WebUI's templates, which an operator may edit: a line that begins
 * with {@code ### Task:}, and besides it either the conversation so far between {@code
 * <chat_history>} and {@code </chat_history>}, or a heading for messages to be compacted, or a
 * section headed {@code Output} that asks for JSON. What is quoted within the chat history counts
 * for nothing. The template for retrieved documents begins with {@code ### Task:} too and is part
 * of what a person asks; it is known by its {@code <context>}. Others are known by their
 * {@linkplain WordedPrompt words}. In doubt a text is none. Specification section 5.
 *
 * <p>Other programs' prompts have no such marks. A request that {@linkplain #mayBe may be} one is
 * an aside: it is recorded, and what is a turn for sure goes before it.
 */
public final class BackgroundPrompt {
  private static final String BEGIN = "### Task:";
  private static final String HISTORY_BEGIN = "<chat_history>";
  private static final String HISTORY_END = "</chat_history>";
  private static final String COMPACTED = "\n### Messages Being Compacted:\n";
  private static final String RETRIEVED = "<context>";

  /** How the prompts for a title begin of opencode, LibreChat and n8n. */
  private static final List<String> TITLES =
      List.of(
          "Generate a title for this conversation:",
          "Provide a concise, 5-word-or-less title for the conversation",
          "Analyze this conversation and provide:",
          "Generate a concise and descriptive title for an AI chat conversation");

  private static final Pattern HEADED_OUTPUT = Pattern.compile("#*+[ *]*+Output");

  private BackgroundPrompt() {}

  /** Whether a user message's text is a background prompt; linear in its length. */
  public static boolean matches(String text) {
    if (!text.contains(BEGIN)) {
      return WordedPrompt.matches(text);
    }
    int retrieved = text.indexOf(RETRIEVED);
    int compacted = text.indexOf(COMPACTED);
    if (compacted > 0 && (retrieved < 0 || compacted < retrieved)) {
      return text.substring(0, compacted).lines().anyMatch(BackgroundPrompt::begins);
    }
    int begin = text.indexOf(HISTORY_BEGIN);
    int end = text.lastIndexOf(HISTORY_END);
    boolean history = begin >= 0 && begin < end;
    if (retrieved >= 0 && !(history && begin < retrieved)) {
      return false;
    }
    String template =
        history
            ? text.substring(0, begin) + "\n" + text.substring(end + HISTORY_END.length())
            : text;
    return template.lines().anyMatch(BackgroundPrompt::begins)
        && (history || asksForJsonOnly(template));
  }

  private static boolean begins(String line) {
    return line.stripLeading().startsWith(BEGIN);
  }

  /** Whether a text asks to merge answers of several models: its answer is streamed. */
  public static boolean merges(String text) {
    return WordedPrompt.merges(text);
  }

  /** Whether a system message asks which tools to use for a user message. */
  public static boolean choosesTools(String system, String text) {
    return WordedPrompt.choosesTools(system, text);
  }

  /**
   * Whether a background prompt quotes a conversation so far. One that does not may be what a
   * person begins a conversation with.
   */
  public static boolean quotesChat(String text) {
    int begin = text.indexOf(HISTORY_BEGIN);
    return (begin >= 0 && begin < text.lastIndexOf(HISTORY_END))
        || text.contains(COMPACTED)
        || WordedPrompt.matches(text);
  }

  /**
   * Whether a request may be a program's own prompt: it has nothing but one user message, besides
   * leading system messages, and is not streamed; or it {@linkplain #hasOnlySystem has only these};
   * or user messages alone, of which the first asks for a title in the words of a known program.
   */
  public static boolean mayBe(List<Message> request, boolean streamed) {
    List<Message> said = request.stream().dropWhile(Message::isSystem).toList();
    return said.isEmpty()
        ? hasOnlySystem(request, streamed)
        : said.stream().allMatch(message -> message.role().equals("user"))
            && ((said.size() == 1 && !streamed) || asksForTitle(said.get(0).text()));
  }

  /** Whether a request has nothing but system messages, and is not streamed: nobody asks. */
  public static boolean hasOnlySystem(List<Message> request, boolean streamed) {
    return !streamed && !request.isEmpty() && request.stream().allMatch(Message::isSystem);
  }

  private static boolean asksForTitle(String text) {
    return TITLES.stream().anyMatch(text.stripLeading()::startsWith);
  }

  /** Whether a section headed Output opens with a line that names JSON, and shows an object. */
  private static boolean asksForJsonOnly(String template) {
    Iterator<String> lines = template.lines().map(String::strip).iterator();
    boolean inOutput = false;
    boolean opened = false;
    boolean namesJson = false;
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.startsWith("#")) {
        inOutput = HEADED_OUTPUT.matcher(line).lookingAt();
        opened = false;
        namesJson = false;
      } else if (inOutput && !line.isEmpty()) {
        if (!opened) {
          opened = true;
          namesJson = line.contains("JSON");
        }
        if (namesJson && line.contains("{")) {
          return true;
        }
      }
    }
    return false;
  }
}
