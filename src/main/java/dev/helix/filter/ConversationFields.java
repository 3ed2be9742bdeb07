package dev.helix.filter;

import dev.helix.http.InvalidRequestException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The fields of a chat request's body that name a conversation, the strongest first: of the body
 * itself, or of its {@code metadata}. Immutable.
 */
record ConversationFields(List<String> names) {
  /** A field of the body, or one of its metadata. */
  private static final Pattern NAME = Pattern.compile("(metadata\\.)?[A-Za-z_][A-Za-z0-9_-]*");

  /** What the body says in these is something else. */
  private static final Set<String> TAKEN = Set.of("messages", "model", "stream", "metadata");

  ConversationFields {
    names = List.copyOf(names);
  }

  /** Whether such a field may name a conversation. */
  static boolean isField(String name) {
    return NAME.matcher(name).matches() && !TAKEN.contains(name);
  }

  boolean isEmpty() {
    return names.isEmpty();
  }

  /** These without some. */
  ConversationFields without(String... others) {
    Set<String> left = Set.of(others);
    return new ConversationFields(names.stream().filter(name -> !left.contains(name)).toList());
  }

  /**
   * What a request says of its conversation, with the id in its body or, where that has none, in
   * its path, unless a header has one.
   *
   * @param body null where nobody looked at it
   */
  Conversation orOfPath(Conversation said, byte[] body, HttpServletRequest request)
      throws InvalidRequestException {
    if (said.id() != null) {
      return said;
    }
    Conversation byField = body == null ? said : read(body, request, said);
    return byField.id() != null ? byField : ConversationPathServlet.read(request, said);
  }

  /**
   * What a request says of its conversation, with the id in its body; of the fields the first with
   * a value decides.
   *
   * @param said what its headers say, and no id
   * @throws InvalidRequestException if that value cannot be a conversation id
   */
  Conversation read(byte[] body, HttpServletRequest request, Conversation said)
      throws InvalidRequestException {
    Map<String, String> values = names.isEmpty() ? Map.of() : ChatBody.values(body, names);
    for (String name : names) {
      String id = values.getOrDefault(name, "").strip();
      if (!id.isEmpty()) {
        IdRules.check(id, name, "The field " + name);
        return said.named(id, ConversationHeaders.messageIds(request), name);
      }
    }
    return said;
  }
}
