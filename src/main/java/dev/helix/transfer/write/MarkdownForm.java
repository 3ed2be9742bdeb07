package dev.helix.transfer.write;

import com.fasterxml.jackson.databind.JsonNode;
import dev.helix.message.Message;
import dev.helix.session.SessionState;
import dev.helix.text.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session's current path as Markdown: a heading for each message, and what it says in a fence
 * that is longer than any in it, so that nothing in it is markup. No state.
 */
public final class MarkdownForm implements WrittenForm {
  private static final Pattern FENCE = Pattern.compile("`{3,}");

  /** What is markup in a line of text. */
  private static final Pattern MARKUP = Pattern.compile("[\\\\`*_{}\\[\\]<>()#+!|&~]");

  private static final Pattern LINE_ENDS = Pattern.compile("[\\p{Cc}\\x{2028}\\x{2029}]+");

  @Override
  public boolean write(WrittenSession session, OutputStream out) throws IOException {
    SessionState state = session.state();
    StringBuilder page = new StringBuilder();
    page.append("# ").append(plain(session.name())).append("\n\n");
    item(page, "session", state.sessionId().value());
    item(page, "owner", state.owner().isAnonymous() ? null : state.owner().toString());
    item(page, "conversation", state.conversationId());
    item(page, "created", state.createdAt().truncatedTo(ChronoUnit.SECONDS).toString());
    item(page, "last used", state.updatedAt().truncatedTo(ChronoUnit.SECONDS).toString());
    out.write(Json.utf8(page.append('\n').toString()));
    Message system = session.transcript().system();
    if (system != null) {
      message(system, out);
    }
    for (Message message : session.path()) {
      message(message, out);
    }
    return true;
  }

  private static void item(StringBuilder page, String name, String value) {
    if (value != null) {
      page.append("- ").append(name).append(": ").append(plain(value)).append('\n');
    }
  }

  private static void message(Message message, OutputStream out) throws IOException {
    StringBuilder text = new StringBuilder("## ").append(plain(message.role()));
    if (message.model() != null) {
      text.append(" (").append(plain(message.model())).append(')');
    }
    if (message.timestamp() != null) {
      text.append(", ").append(message.timestamp().truncatedTo(ChronoUnit.SECONDS));
    }
    text.append("\n\n");
    JsonNode json = Json.MAPPER.readTree(message.wireJson());
    if (!message.text().isEmpty()) {
      fenced(text, "text", message.text());
    }
    for (JsonNode call : json.path("tool_calls")) {
      JsonNode function = call.path("function");
      text.append("Calls ").append(plain(function.path("name").asText())).append(":\n\n");
      fenced(text, "json", function.path("arguments").asText());
    }
    for (JsonNode file : json.path("attachments")) {
      String name = file.path("name").asText(file.path("url").asText(file.path("type").asText()));
      text.append("Attachment: ").append(plain(name)).append("\n\n");
    }
    out.write(Json.utf8(text.toString()));
  }

  /** Puts a text into a fence that nothing in it ends. */
  private static void fenced(StringBuilder page, String of, String text) {
    int longest = 2;
    Matcher fences = FENCE.matcher(text);
    while (fences.find()) {
      longest = Math.max(longest, fences.end() - fences.start());
    }
    String fence = "`".repeat(longest + 1);
    page.append(fence).append(of).append('\n').append(text);
    page.append(text.endsWith("\n") ? "" : "\n").append(fence).append("\n\n");
  }

  /** A text on one line without markup. */
  private static String plain(String text) {
    return MARKUP.matcher(LINE_ENDS.matcher(text).replaceAll(" ")).replaceAll("\\\\$0");
  }
}
