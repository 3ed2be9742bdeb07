package dev.helix.transfer.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.text.Json;
import dev.helix.transcript.Numbering;
import dev.helix.transcript.Transcript;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes the elements of a session's log out of a chat's messages: each behind its parent, in the
 * order of the file. A message whose parent is missing, or is below itself, begins a tree of its
 * own. The path to what the program shows is the current one, as its turn counts as the latest. One
 * for each chat; takes time and memory as the messages do, however deep they are. Not thread-safe.
 */
final class ChatTree {
  private static final int LONGEST_ID = 200;

  private final String chat;
  private final Map<String, ReadMessage> messages = new LinkedHashMap<>();

  /** Where those messages ended up that were placed; null for the root. */
  private final Map<String, String> places = new HashMap<>();

  private final List<Message> elements = new ArrayList<>();

  private ChatTree(String chat, List<ReadMessage> messages) {
    this.chat = chat;
    // Of two with one id the last is the newer.
    messages.forEach(message -> this.messages.put(message.id(), message));
  }

  /**
   * The elements.
   *
   * @param chat the chat's id, from which ids are made that messages lack
   * @param shown the id of the message that the program shows; null where it does not say
   */
  static List<Message> elements(String chat, List<ReadMessage> messages, String shown) {
    ChatTree tree = new ChatTree(chat, messages);
    tree.messages.keySet().forEach(tree::place);
    return tree.leadingTo(shown);
  }

  /** Places a message behind those above it. */
  private void place(String id) {
    Deque<ReadMessage> above = new ArrayDeque<>();
    Set<String> passed = new HashSet<>();
    String at = id;
    while (at != null && !places.containsKey(at) && passed.add(at)) {
      ReadMessage message = messages.get(at);
      if (message == null) {
        break;
      }
      above.push(message);
      at = message.parent();
    }
    // What is neither placed nor there is no parent; nor is a message that is below itself.
    String parent = at == null ? null : places.get(at);
    for (ReadMessage message : above) {
      parent = add(message, parent);
      places.put(message.id(), parent);
    }
  }

  /** Adds a message below another; returns what hangs below it hangs below now. */
  private String add(ReadMessage message, String parent) {
    if (message.json() == null) {
      return parent;
    }
    String id = id(message.id());
    Message said = message(message);
    boolean leading = parent == null && said.isSystem();
    elements.add(
        said.as(
            leading
                ? ElementFields.system(id, message.time())
                : new ElementFields(
                    id, true, parent, message.time(), message.model(), null, message.status())));
    return leading ? null : id;
  }

  private static Message message(ReadMessage message) {
    try {
      return Message.parse(Json.utf8(Json.MAPPER.writeValueAsString(message.json())));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  /** The id as it is, where a client could send it. */
  private String id(String id) {
    boolean fit =
        id.length() <= LONGEST_ID
            && !id.startsWith(Numbering.PREFIX)
            && id.chars()
                .noneMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c));
    return fit ? id : "m-" + Values.hash(chat, id);
  }

  /** The elements, of which answers behind the one that is shown are of earlier turns than it. */
  private List<Message> leadingTo(String shown) {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < elements.size(); i++) {
      numbers.put(elements.get(i).id(), i);
    }
    Integer at = numbers.get(shown == null ? null : places.get(shown));
    while (at != null && !Transcript.ends(elements.get(at))) {
      at = numbers.get(elements.get(at).parentId());
    }
    if (at == null) {
      return elements;
    }
    List<Message> leading = new ArrayList<>(elements);
    for (int i = at + 1; i < leading.size(); i++) {
      Message later = leading.get(i);
      if (later.isAssistant()) {
        Instant began = later.timestamp() == null ? Instant.EPOCH : later.timestamp();
        leading.set(i, later.as(later.element().begun(began, (long) at)));
      }
    }
    return leading;
  }
}
