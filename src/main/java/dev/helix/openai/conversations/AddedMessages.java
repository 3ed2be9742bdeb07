package dev.helix.openai.conversations;

import dev.helix.http.InvalidRequestException;
import dev.helix.message.AnswerStatus;
import dev.helix.message.ElementFields;
import dev.helix.message.Message;
import dev.helix.openai.items.AddedItem;
import dev.helix.openai.items.CallCheck;
import dev.helix.openai.items.Compactions;
import dev.helix.openai.items.InputItem;
import dev.helix.openai.items.InputItem.Kind;
import dev.helix.openai.items.InputMessages;
import dev.helix.openai.items.ItemIds;
import dev.helix.openai.items.ItemNote;
import dev.helix.openai.items.PathItems;
import dev.helix.openai.items.StoredOutput;
import dev.helix.openai.request.JsonBytes;
import dev.helix.session.ResponseNote;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Makes messages of items that are put into a conversation. Calls that follow one another are one
 * message, with the text and the thoughts just before them, as chat servers want them; what goes to
 * no backend is in a message that says nothing. Each message has a {@linkplain ItemNote note} of
 * its items. One for each addition.
 */
public final class AddedMessages {
  /** A message's items, in their order. */
  private static final class Group {
    private final String node;
    private final boolean assistant;
    private final List<AddedItem> items = new ArrayList<>();

    Group(String node, boolean assistant) {
      this.node = node;
      this.assistant = assistant;
    }

    boolean speaks() {
      return items.stream().anyMatch(item -> is(item, Kind.MESSAGE) || is(item, Kind.CALL));
    }
  }

  private final Set<String> known;
  private final List<Group> groups = new ArrayList<>();
  private final List<Message> messages = new ArrayList<>();
  private final List<Message> shown = new ArrayList<>();
  private final List<AddedItem> told = new ArrayList<>();

  /** How many of the items are those of the path's end. */
  private int kept;

  private AddedMessages(Set<String> known) {
    this.known = new HashSet<>(known);
  }

  /**
   * The messages of items behind a path.
   *
   * @param own reads what is sealed in those of the path's end
   * @throws InvalidRequestException if one has the id of another
   */
  static AddedMessages of(List<AddedItem> items, List<Message> path, Compactions own)
      throws InvalidRequestException {
    Set<String> known = new HashSet<>();
    PathItems.of(path).items().forEach(item -> known.add((String) item.get("id")));
    AddedMessages added = new AddedMessages(known);
    List<AddedItem> all = new ArrayList<>(added.begin(path, own));
    int before = all.size();
    added.kept = before;
    for (AddedItem item : items) {
      added.checkNew(item);
      all.add(item);
    }
    for (int i = 0; i < all.size(); i++) {
      added.group(all, i);
    }
    int at = 0;
    for (Group group : added.groups) {
      at += group.items.size();
      // What the path ends in is written again only where something joins it.
      if (at > before) {
        added.write(group);
      } else {
        added.told.addAll(group.items);
      }
    }
    added.messages.addAll(added.shown);
    added.told.subList(0, before).clear();
    return added;
  }

  /** The messages, each with an id and a note; the first may have that of the path's last one. */
  List<Message> messages() {
    return List.copyOf(messages);
  }

  /** The items that were added, each with its id. */
  List<AddedItem> items() {
    return List.copyOf(told);
  }

  /** The items of the message that the path ends in, where others may join it. */
  private List<AddedItem> begin(List<Message> path, Compactions own) {
    Message last = path.isEmpty() ? null : path.get(path.size() - 1);
    if (last == null || !last.isAssistant() || !last.element().added()) {
      return List.of();
    }
    groups.add(new Group(last.id(), true));
    return AddedItem.kept(PathItems.of(List.of(last)).items(), own);
  }

  private void checkNew(AddedItem item) throws InvalidRequestException {
    if (item.id() != null && !known.add(item.id())) {
      throw CallCheck.twice("items", item.id());
    }
  }

  private static boolean is(AddedItem item, Kind kind) {
    return item.read() != null && item.read().kind() == kind;
  }

  private static boolean isSilent(AddedItem item) {
    return item.read() == null || is(item, Kind.REASONING);
  }

  /** Puts an item into the last group or a new one. */
  private void group(List<AddedItem> all, int at) {
    AddedItem item = all.get(at);
    boolean answers = is(item, Kind.MESSAGE) && item.read().role().equals("assistant");
    boolean assistant = isSilent(item) || is(item, Kind.CALL) || answers;
    Group last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
    boolean joins = assistant && last != null && last.assistant && joins(all, at);
    if (!joins && at >= kept) {
      groups.add(new Group(ResponseNote.newNode(), assistant));
    }
    groups.get(groups.size() - 1).items.add(item);
  }

  /** Whether an item of an assistant goes on with the message before it. */
  private boolean joins(List<AddedItem> all, int at) {
    Group last = groups.get(groups.size() - 1);
    if (!last.speaks() || is(all.get(at), Kind.CALL)) {
      return true;
    }
    int next = at;
    while (next < all.size() && isSilent(all.get(next))) {
      next++;
    }
    return next > at && next < all.size() && is(all.get(next), Kind.CALL);
  }

  /**
   * What stays of a message when one of its items is erased, with the note that it has then; null
   * where that is its only one.
   */
  static Message rest(Message message, String erased, Compactions own) {
    List<Map<String, Object>> items =
        PathItems.of(List.of(message)).items().stream()
            .filter(item -> !erased.equals(item.get("id")))
            .toList();
    if (items.isEmpty()) {
      return null;
    }
    List<InputItem> read =
        AddedItem.kept(items, own).stream()
            .map(AddedItem::read)
            .filter(item -> item != null)
            .toList();
    List<Message> made = InputMessages.of(read);
    Message rest = made.isEmpty() ? Message.of("assistant", "") : joined(made);
    AnswerStatus status = made.isEmpty() ? AnswerStatus.CANCELLED : null;
    return noted(rest, message.id(), status, ItemNote.rest(message, items));
  }

  /** One message of an assistant's, which may have several texts between its thoughts. */
  private static Message joined(List<Message> made) {
    if (made.size() == 1) {
      return made.get(0);
    }
    StringBuilder text = new StringBuilder();
    List<Object> calls = new ArrayList<>();
    for (Message message : made) {
      text.append(message.text());
      if (StoredOutput.json(message.wireJson()).get("tool_calls") instanceof List<?> called) {
        calls.addAll(called);
      }
    }
    Map<String, Object> whole = StoredOutput.json(made.get(0).wireJson());
    whole.put("content", text.toString());
    if (!calls.isEmpty()) {
      whole.put("tool_calls", calls);
    }
    return Message.parse(JsonBytes.of(whole));
  }

  private void write(Group group) {
    List<AddedItem> items = named(group);
    told.addAll(items);
    List<InputItem> read =
        items.stream().map(AddedItem::read).filter(item -> item != null).toList();
    List<Message> made = InputMessages.of(read);
    if (read.isEmpty() || read.get(0).kind() != Kind.OUTPUT) {
      messages.addAll(shown); // Behind all results.
      shown.clear();
    }
    boolean silent = made.isEmpty();
    Message message = silent ? Message.of("assistant", "") : made.get(0);
    AnswerStatus status =
        silent ? AnswerStatus.CANCELLED : group.assistant ? AnswerStatus.COMPLETED : null;
    messages.add(noted(message, group.node, status, ItemNote.of(items, message)));
    if (made.size() > 1) {
      String of = ItemNote.shownBy(items.get(0).id());
      shown.add(noted(made.get(1), ResponseNote.newNode(), null, of));
    }
  }

  private static Message noted(Message message, String node, AnswerStatus status, String note) {
    ElementFields fields = ElementFields.answer(node, null, null, null, null, status);
    return message.as(fields.responding(note).asAdded());
  }

  /** The items of a group, those without an id with one of its node. */
  private List<AddedItem> named(Group group) {
    ItemIds ids = ItemIds.of(group.node);
    List<AddedItem> named = new ArrayList<>();
    for (AddedItem item : group.items) {
      named.add(item.id() != null ? item : item.named(free(idsOf(ids, item.type()))));
    }
    return named;
  }

  private static IntFunction<String> idsOf(ItemIds ids, String type) {
    return switch (type) {
      case "message" -> ids::message;
      case "reasoning" -> ids::reasoning;
      case "function_call" -> index -> ids.call(false, index);
      case "custom_tool_call" -> index -> ids.call(true, index);
      case "function_call_output", "custom_tool_call_output" -> index -> ids.output();
      default -> ids::other;
    };
  }

  private String free(IntFunction<String> ids) {
    int index = 0;
    while (!known.add(ids.apply(index))) {
      index++;
    }
    return ids.apply(index);
  }
}
