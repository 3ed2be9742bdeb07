package dev.helix.openai.responses;

import dev.helix.http.ApiError;
import dev.helix.openai.items.Compactions;
import dev.helix.openai.items.ResponseEnd;
import dev.helix.openai.request.JsonBytes;
import dev.helix.turn.CallerOutput;
import dev.helix.turn.ErrorMapping;
import dev.helix.turn.ReplyForm;
import dev.helix.turn.reply.BackendReply;
import dev.helix.turn.reply.TokenUsage;
import dev.helix.turn.reply.WholeReply;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The form of a summary: what the user has said, as it is, and the rest in one item. Its turn asks
 * for no stream. One for each turn.
 */
final class SummaryForm implements ReplyForm {
  /** How many characters a summary has at most. */
  static final int LONGEST = 1 << 20;

  private static final String JSON = "application/json";

  private final List<Map<String, Object>> said;
  private final Compactions compactions;
  private final Clock clock;

  /**
   * The form of what is made of a conversation.
   *
   * @param said the items of its user
   */
  SummaryForm(List<Map<String, Object>> said, Compactions compactions, Clock clock) {
    this.said = said;
    this.compactions = compactions;
    this.clock = clock;
  }

  @Override
  public void whole(BackendReply reply, byte[] body, WholeReply whole, CallerOutput out) {
    String summary = whole.answers().isEmpty() ? "" : whole.answers().get(0).message().text();
    if (summary.isBlank() || summary.length() > LONGEST) {
      String what = summary.isBlank() ? "no summary." : "a summary that is too long.";
      ApiError error = ErrorMapping.invalidResponse("The upstream answered with " + what);
      fail(reply, error.status(), error.toJson(), out);
      return;
    }
    List<Object> output = new ArrayList<>(said);
    output.add(compactions.item(summary.strip()));
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", ResponseFrame.unkeptId());
    object.put("object", "response.compaction");
    object.put("created_at", clock.instant().getEpochSecond());
    object.put("output", output);
    TokenUsage usage = whole.usage();
    object.put("usage", ResponseEnd.usage(usage == null ? TokenUsage.NONE : usage));
    out.whole(reply.head().status(), reply.head(), JSON, JsonBytes.of(object));
  }

  @Override
  public void fail(BackendReply reply, int status, byte[] json, CallerOutput out) {
    out.whole(status, reply.head(), JSON, json);
  }

  @Override
  public void commit(CallerOutput out) {
    throw noStream();
  }

  @Override
  public void begin(BackendReply reply, CallerOutput out) {
    throw noStream();
  }

  @Override
  public void pass(ByteBuffer bytes, CallerOutput out) {
    throw noStream();
  }

  @Override
  public void chunk(byte[] bytes, int from, int length, CallerOutput out) {
    throw noStream();
  }

  @Override
  public void keepAlive(BackendReply reply, CallerOutput out) {
    throw noStream();
  }

  @Override
  public void done(BackendReply reply, CallerOutput out) {
    throw noStream();
  }

  @Override
  public void told(BackendReply reply, CallerOutput out) {
    throw noStream();
  }

  private static IllegalStateException noStream() {
    return new IllegalStateException("a summary is no stream");
  }
}
