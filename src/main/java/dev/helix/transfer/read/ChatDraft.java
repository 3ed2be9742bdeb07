package dev.helix.transfer.read;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A chat while it is read. Not thread-safe. */
final class ChatDraft {
  final String id;
  String user;
  String title;
  Instant created;
  Instant updated;

  /** The message that the program shows; null where it does not say. */
  String shown;

  int attachments;
  private final List<ReadMessage> messages = new ArrayList<>();

  ChatDraft(String id) {
    this.id = id;
  }

  /** A model's name, which each of its answers has. */
  static String model(String name) {
    return name == null ? null : Wire.cut(name);
  }

  void add(ReadMessage message) {
    messages.add(message);
  }

  void addAll(List<ReadMessage> some) {
    messages.addAll(some);
  }

  List<ReadMessage> messages() {
    return messages;
  }

  /** The chat; empty where nothing is said in it. */
  Optional<ReadChat> chat() {
    TreeSet<String> models = new TreeSet<>();
    Instant first = null;
    Instant last = null;
    for (ReadMessage message : messages) {
      if (message.model() != null) {
        models.add(message.model());
      }
      Instant time = message.time();
      if (time != null) {
        first = first == null || time.isBefore(first) ? time : first;
        last = last == null || time.isAfter(last) ? time : last;
      }
    }
    Instant begun = created == null ? first : created;
    Instant used = updated == null ? last : updated;
    ReadChat chat =
        new ReadChat(
            id,
            user,
            title,
            begun == null ? used : begun,
            used == null ? begun : used,
            ChatTree.elements(id, messages, shown),
            models,
            attachments);
    boolean said = chat.elements().stream().anyMatch(each -> each.element().parentKnown());
    return said ? Optional.of(chat) : Optional.empty();
  }
}
