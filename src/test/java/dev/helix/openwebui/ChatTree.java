package dev.helix.openwebui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.helix.scripted.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The messages of a chat that a person sees, in all branches: what both Open WebUI and our
 * transcript can be read as. Rounds of tool calls are one answer, reasoning is left out, white
 * space at the ends does not count, and a question is what was asked without the context that was
 * written around it. Immutable.
 */
final class ChatTree {
  /**
   * A message.
   *
   * @param parent null at a root
   */
  record Node(String id, String parent, String role, String text) {
    boolean isSilentAnswer() {
      return role.equals("assistant") && text.isEmpty();
    }
  }

  /** No messages. */
  static final ChatTree EMPTY = new ChatTree(List.of());

  private static final String CONTEXT_END = "</context>";

  private final Map<String, Node> nodes = new LinkedHashMap<>();

  private ChatTree(Collection<Node> nodes) {
    nodes.forEach(node -> this.nodes.put(node.id(), node));
  }

  /** The tree that Open WebUI's API reports for a chat. */
  static ChatTree ofChat(JsonNode chat) {
    List<Node> nodes = new ArrayList<>();
    for (JsonNode message : chat.at("/chat/history/messages")) {
      nodes.add(
          new Node(
              message.path("id").asText(),
              message.path("parentId").asText(null),
              message.path("role").asText(),
              said(message.path("role").asText(), message.path("content").asText()).strip()));
    }
    return new ChatTree(nodes);
  }

  /** The tree that the elements of a {@code messages.json} make. */
  static ChatTree ofTranscript(Iterable<JsonNode> elements) {
    Map<String, JsonNode> newest = new LinkedHashMap<>();
    for (JsonNode element : elements) {
      String role = element.path("role").asText();
      if (!role.equals("system") && !role.equals("developer")) {
        newest.put(element.path("id").asText(), element);
      }
    }
    List<Node> nodes = new ArrayList<>();
    for (JsonNode element : newest.values()) {
      if (!isRound(element)) {
        nodes.add(visible(element, newest));
      }
    }
    return new ChatTree(nodes);
  }

  // Every element between a question and its answer is a round of that answer.
  private static Node visible(JsonNode element, Map<String, JsonNode> all) {
    String role = element.path("role").asText();
    String text = saidIn(element);
    JsonNode parent = all.get(element.path("parent_id").asText());
    while (role.equals("assistant") && parent != null && isRound(parent)) {
      String before = parent.path("role").asText().equals("tool") ? "" : saidIn(parent);
      text = before.isEmpty() ? text : before + "\n" + text;
      parent = all.get(parent.path("parent_id").asText());
    }
    return new Node(
        element.path("id").asText(),
        parent == null ? element.path("parent_id").asText(null) : parent.path("id").asText(),
        role,
        text.strip());
  }

  private static boolean isRound(JsonNode element) {
    return element.path("role").asText().equals("tool") || element.path("tool_calls").size() > 0;
  }

  private static String saidIn(JsonNode element) {
    JsonNode content = element.path("content");
    StringBuilder text = new StringBuilder(content.isTextual() ? content.asText() : "");
    for (JsonNode part : content) {
      text.append(part.path("text").asText());
    }
    if (element.path("role").asText().equals("user")) {
      return asked(text.toString());
    }
    return said("assistant", text.toString());
  }

  // With responses Open WebUI shows the marks and what stands between them.
  private static String said(String role, String text) {
    return role.equals("user") ? text : text.replaceAll("(?s)<think>.*?</think>", "");
  }

  // Retrieval puts its prompt before the question, and the list of a message's files stands there.
  private static String asked(String text) {
    int context = text.startsWith("### Task:") ? text.lastIndexOf(CONTEXT_END) : -1;
    String question = context < 0 ? text : text.substring(context + CONTEXT_END.length());
    return question.replaceFirst("(?s)^\\s*<attached_files>.*?</attached_files>", "");
  }

  /** Reads what {@link #toJson} wrote. */
  static ChatTree fromJson(JsonNode json) {
    List<Node> nodes = new ArrayList<>();
    for (JsonNode node : json) {
      nodes.add(
          new Node(
              node.path("id").asText(),
              node.path("parent").asText(null),
              node.path("role").asText(),
              node.path("text").asText()));
    }
    return new ChatTree(nodes);
  }

  /**
   * This tree with what another one has more and says now: nothing is left out, and what is in both
   * hangs where it hangs here.
   */
  ChatTree keepsWith(ChatTree later) {
    Map<String, Node> all = new LinkedHashMap<>(nodes);
    later.nodes.forEach(
        (id, node) -> {
          Node here = nodes.get(id);
          String parent = here == null ? node.parent() : here.parent();
          all.put(id, new Node(id, parent, node.role(), node.text()));
        });
    return new ChatTree(all.values());
  }

  /** The nodes as an array, in order. */
  ArrayNode toJson() {
    ArrayNode array = Json.array();
    for (Node node : nodes.values()) {
      array
          .addObject()
          .put("id", node.id())
          .put("parent", node.parent())
          .put("role", node.role())
          .put("text", node.text());
    }
    return array;
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /**
   * The whole tree as text, with these ids; equal texts are equal trees. An id that never went over
   * the wire in this chat (what came before a saved or cloned chat began) is left out.
   */
  String withIds(Set<String> named) {
    return draw(null, "", named);
  }

  /**
   * The tree as text as far as requests without ids can tell it: without ids, without answers that
   * say nothing (what hangs below them hangs above), and without an order of siblings.
   */
  String shape() {
    List<Node> speaking = new ArrayList<>();
    for (Node node : nodes.values()) {
      if (!node.isSilentAnswer()) {
        Node parent = nodes.get(node.parent());
        while (parent != null && parent.isSilentAnswer()) {
          parent = nodes.get(parent.parent());
        }
        speaking.add(
            new Node(node.id(), parent == null ? null : parent.id(), node.role(), node.text()));
      }
    }
    return new ChatTree(speaking).draw(null, "", Set.of());
  }

  /** What is said on the way to each node that speaks, from its root; without ids. */
  Set<String> paths() {
    Set<String> paths = new TreeSet<>();
    for (Node node : nodes.values()) {
      String path = "";
      for (Node at = node; at != null; at = nodes.get(at.parent())) {
        path = at.isSilentAnswer() ? path : at.role() + ": " + at.text() + "\n" + path;
      }
      paths.add(path);
    }
    return paths;
  }

  private String draw(String parent, String indent, Set<String> named) {
    StringBuilder text = new StringBuilder();
    children(parent)
        .map(
            child ->
                indent
                    + child.role()
                    + (named.contains(child.id()) ? " " + child.id() : "")
                    + ": "
                    + child.text().replace("\n", "\\n")
                    + "\n"
                    + draw(child.id(), indent + "  ", named))
        .sorted(Comparator.naturalOrder())
        .forEach(text::append);
    return text.toString();
  }

  // A parent that is no node makes its child a root, so that nothing is left out of a comparison.
  private Stream<Node> children(String parent) {
    return nodes.values().stream()
        .filter(
            node ->
                parent == null ? !nodes.containsKey(node.parent()) : parent.equals(node.parent()));
  }

  @Override
  public String toString() {
    return withIds(nodes.keySet());
  }
}
