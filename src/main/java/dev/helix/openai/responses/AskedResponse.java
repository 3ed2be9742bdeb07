package dev.helix.openai.responses;

import dev.helix.openai.items.AskedNote;
import dev.helix.openai.items.CalledTools;
import dev.helix.openai.items.ItemIds;
import dev.helix.openai.items.Layout;
import dev.helix.openai.items.OutputItems;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.items.SealedThoughts;
import dev.helix.openai.items.StoredOutput;
import dev.helix.openai.request.JsonBytes;
import dev.helix.turn.reply.AnswerTexts.Fields;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A response while it is answered: what is known of it before its answer, as JSON, which takes less
 * room than its values. Immutable.
 */
final class AskedResponse {
  private final String id;
  private final String node;
  private final long createdAt;
  private final String model;
  private final byte[] echo;
  private final Map<String, Object> begun;
  private final AskedNote kept;
  private final boolean rawReasoning;
  private final SealedThoughts seals;
  private final CalledTools tools;

  /**
   * A response of which nothing is answered.
   *
   * @param rawReasoning whether what was thought is told as it is, and not as a summary
   * @param seals what it is sealed with besides
   */
  AskedResponse(ResponseFrame frame, boolean rawReasoning, SealedThoughts seals) {
    this.seals = seals;
    this.id = frame.id();
    this.node = frame.node();
    this.createdAt = frame.createdAt();
    this.model = ResponseObject.model(frame.asked());
    this.begun = frame.begun();
    this.kept = frame.kept();
    this.echo = JsonBytes.of(ResponseObject.echo(frame.asked()));
    this.rawReasoning = rawReasoning;
    this.tools = new CalledTools(frame.asked().get("tools"));
  }

  /** The items of its output, of which none is made. */
  OutputItems items() {
    return new OutputItems(ItemIds.of(node), tools, rawReasoning);
  }

  /** The items of a message, as a response has them. */
  List<Object> output(Fields message, Layout layout, String last) {
    List<Object> output = items().of(message, layout, last);
    seals.addTo(output);
    return output;
  }

  /**
   * The response object.
   *
   * @param answered the model that answered; null where it is unknown
   */
  JsonBytes object(String answered, ResponseEnd end, List<Object> output) {
    String named = answered == null ? model : answered;
    byte[] head = JsonBytes.of(ResponseObject.head(id, createdAt, named, end, output));
    return new JsonBytes(head.length + echo.length)
        .raw(Arrays.copyOf(head, head.length - 1))
        .raw(",")
        .raw(Arrays.copyOfRange(echo, 1, echo.length));
  }

  /**
   * What is kept with the answer; long values stand apart. Null where nothing is kept.
   *
   * @param end null where there is none yet
   * @param layout how its items are cut out of the message; null for the usual way
   * @param output its items
   */
  String note(ResponseEnd end, Layout layout, List<Object> output) {
    if (kept == null) {
      return null;
    }
    Map<String, Object> begin = new LinkedHashMap<>(begun);
    if (rawReasoning) {
      begin.put(StoredOutput.RAW_REASONING, true);
    }
    if (!seals.isNone()) {
      begin.put(StoredOutput.SEALED_REASONING, true);
    }
    if (end != null) {
      end.addTo(begin);
    }
    if (layout != null) {
      begin.put("layout", layout.toJson());
    }
    List<Object> called = kept.apart().isEmpty() ? List.of() : CalledTools.of(output);
    if (!called.isEmpty()) {
      begin.put(CalledTools.CALLED, called);
    }
    return ResponseFrame.note(begin, kept);
  }
}
