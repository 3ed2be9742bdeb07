package dev.helix.openai.items;

import dev.helix.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The ids of what a response puts out. They are made of its node's id, so that they are the same in
 * every event and in what is stored. Immutable.
 */
public final class ItemIds {
  /** A node's id that is made here. */
  private static final Pattern OURS =
      Pattern.compile("m-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final String hex;

  private ItemIds(String hex) {
    this.hex = hex;
  }

  /** Those of an answer's node. */
  public static ItemIds of(String node) {
    return OURS.matcher(node).matches()
        ? new ItemIds(node.substring(2).replace("-", ""))
        : new ItemIds(
            HexFormat.of()
                .formatHex(Sha256.of(node.getBytes(StandardCharsets.UTF_8)))
                .substring(0, 32));
  }

  /** The id of a message; the first is 0. */
  public String message(int index) {
    return numbered("msg_", index);
  }

  /** The id of a reasoning item; the first is 0. */
  public String reasoning(int index) {
    return numbered("rs_", index);
  }

  /** The id of a call of a tool; the first is 0. */
  public String call(boolean custom, int index) {
    return (custom ? "ctc_" : "fc_") + hex + index;
  }

  /** The id of a summary that the caller has brought. */
  String compaction() {
    return "cmp_" + hex;
  }

  /** The id of a tool's output. */
  public String output() {
    return "fco_" + hex;
  }

  /** The id of an item of any other kind; the first is 0. */
  public String other(int index) {
    return numbered("item_", index);
  }

  /** What stands for the id of a call that its upstream gave none. */
  String callId(int index) {
    return "call_" + hex + index;
  }

  private String numbered(String prefix, int index) {
    return prefix + hex + (index == 0 ? "" : String.valueOf(index));
  }
}
