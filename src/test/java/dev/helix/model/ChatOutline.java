package dev.helix.model;

import dev.helix.message.AnswerStatus;
import java.util.List;

/** The tree that the person sees, with the tool rounds between a question and its answer. */
final class ChatOutline {
  private ChatOutline() {}

  static Outline of(List<ChatNode> nodes) {
    Outline outline = new Outline();
    for (ChatNode node : nodes) {
      String parent = node.home == null ? null : node.home.id;
      if (!node.isAnswer()) {
        outline.add(node.id, parent, label(node.id, node.asked.plain(), null));
        continue;
      }
      for (Said round : rounds(node)) {
        String key = round.isCalls() ? "calls " + round.calls() : round.result();
        outline.add(key, parent, round.isCalls() ? key : round.toString());
        parent = key;
      }
      if (node.stored != null) {
        outline.add(node.id, parent, label(node.id, node.stored, node.status));
      }
    }
    return outline;
  }

  /** The images that a client shows as a user's belong to the request, not to the tree. */
  private static List<Said> rounds(ChatNode answer) {
    return answer.rounds.stream().filter(said -> !said.isUser()).toList();
  }

  static String label(String id, Said said, AnswerStatus status) {
    return id + " " + said + (status == null ? "" : " (" + status.wireName() + ")");
  }
}
