package dev.helix.transfer.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file of chats, which are read one at a time: memory is taken as the largest of them takes it.
 * Not thread-safe.
 */
public final class ChatFile {
  private final JsonValues values;
  private final int most;
  private ChatFormat format;
  private boolean known;
  private int number;

  /** What is done with each chat of a file; what it throws ends the reading. */
  public interface Visitor {
    /** A chat of another program. */
    void chat(ReadChat chat);

    /**
     * A session of ours.
     *
     * @param line its JSON object
     */
    void session(byte[] line);

    /**
     * A chat that cannot be read, and is passed over.
     *
     * @param chat what it is called
     * @param reason why, for a person
     */
    void unreadable(String chat, String reason);

    /** A chat in which nothing is said, or that is no person's; it is passed over. */
    void passed();
  }

  /**
   * A file that was opened.
   *
   * @param format whose it is; null to find out
   * @param mostBytes of one chat
   */
  public ChatFile(InputStream in, ChatFormat format, int mostBytes) {
    this.values = new JsonValues(in, mostBytes);
    this.most = mostBytes;
    this.format = format;
  }

  /**
   * Reads the chats. Those before a failure were visited.
   *
   * @throws IOException if the file cannot be read, is damaged, or is not of this format; the
   *     message is for a person
   */
  public void each(Visitor visitor) throws IOException {
    List<String> unknown = new ArrayList<>();
    for (JsonValues.Value value = values.next(); value != null; value = values.next()) {
      number++;
      if (value.json() == null) {
        visitor.unreadable(
            nth(), "it has %,d bytes, and at most %,d are read".formatted(value.bytes(), most));
        continue;
      }
      JsonNode tree;
      try {
        tree = Values.tree(value.json());
      } catch (IOException e) {
        visitor.unreadable(nth(), "it is no JSON");
        continue;
      }
      Optional<ChatFormat> found = ChatFormat.of(tree);
      if (found.isPresent() && !known) {
        decide(found.get());
        unknown.forEach(name -> visitor.unreadable(name, "it has no messages"));
        unknown.clear();
      }
      if (found.isPresent() && found.get() == format) {
        visit(tree, value.json(), visitor);
      } else if (known) {
        visitor.unreadable(name(tree), "it has no messages");
      } else if (unknown.size() < 1000) {
        unknown.add(name(tree));
      }
    }
    if (!known && !unknown.isEmpty()) {
      throw new IOException(
          format == null
              ? "it is no export of Open WebUI, ChatGPT, LibreChat or helix-sessions"
              : "it is no export of " + format.program());
    }
  }

  private void decide(ChatFormat found) throws IOException {
    if (format != null && found != format) {
      throw new IOException(
          "it is an export of " + found.program() + ", not of " + format.program());
    }
    format = found;
    known = true;
  }

  private String nth() {
    return "number " + number;
  }

  private String name(JsonNode tree) {
    String title = Values.text(tree, "title");
    String id = Values.or(Values.text(tree, "id"), Values.text(tree, "conversation_id"));
    return Wire.cut(Values.or(id, Values.or(title, nth())));
  }

  private void visit(JsonNode tree, byte[] json, Visitor visitor) {
    if (format == ChatFormat.JSONL) {
      visitor.session(json);
      return;
    }
    String derived = format.wireName() + "-" + Values.hash(json);
    if (format != ChatFormat.OPENWEBUI) {
      visit(
          format == ChatFormat.CHATGPT
              ? ChatGptChats.read(tree, derived)
              : LibreChatChats.read(tree, derived),
          visitor);
      return;
    }
    List<JsonNode> chats = OpenWebUiChats.chats(tree);
    for (int i = 0; i < chats.size(); i++) {
      openWebUi(chats.get(i), chats.size() == 1 ? derived : derived + "-" + i, visitor);
    }
  }

  /** Visits a chat of Open WebUI's, as an export has it. */
  public static void openWebUi(JsonNode chat, String derived, Visitor visitor) {
    if (OpenWebUiChats.isInternal(chat)) {
      visitor.passed();
    } else {
      visit(OpenWebUiChats.read(chat, derived), visitor);
    }
  }

  private static void visit(ChatDraft draft, Visitor visitor) {
    draft.chat().ifPresentOrElse(visitor::chat, visitor::passed);
  }
}
