package dev.helix.scripted;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A whole answer of the scripted upstream for {@link ScriptedUpstream#answerAlways}. Immutable. */
public final class Reply {
  private final int status;
  private final String contentType;
  private final List<String> pieces;

  private Reply(int status, String contentType, List<String> pieces) {
    this.status = status;
    this.contentType = contentType;
    this.pieces = List.copyOf(pieces);
  }

  /** A JSON answer. */
  public static Reply json(int status, String body) {
    return new Reply(status, "application/json", List.of(body));
  }

  /** A streamed answer: each string becomes the data of one event, in a chunk of its own. */
  public static Reply sse(List<String> data) {
    return new Reply(200, null, data);
  }

  void sendTo(Call call) {
    if (contentType != null) {
      call.respond(status, contentType, pieces.get(0).getBytes(StandardCharsets.UTF_8));
      return;
    }
    call.beginSse();
    pieces.forEach(call::sse);
    call.end();
  }
}
