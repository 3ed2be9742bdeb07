package dev.helix.backend.routing;

import dev.helix.backend.ReplyHead;
import dev.helix.backend.ReplyReceiver;
import dev.helix.http.ApiError;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The replies to calls for which no upstream is asked. No state. */
final class Refusal {
  private static final int SHOWN_CHARACTERS = 200;
  private static final Duration SOON = Duration.ofSeconds(1);

  private Refusal() {}

  /**
   * Why nobody is asked for a model: nobody has it, or that is not known, as one of them never gave
   * its list.
   */
  static ApiError unknown(String model, List<NamedUpstream> upstreams) {
    String shown = shown(model);
    List<String> silent =
        upstreams.stream()
            .filter(upstream -> upstream.listed() == null)
            .map(NamedUpstream::name)
            .toList();
    if (silent.isEmpty()) {
      String names = upstreams.stream().map(NamedUpstream::name).collect(Collectors.joining(", "));
      return notFound(
          "The model '"
              + shown
              + "' does not exist: none of the upstreams "
              + names
              + " lists it. UPSTREAM/MODEL asks one of them all the same.");
    }
    return new ApiError(
        503,
        "Whose the model '"
            + shown
            + "' is cannot be said, as of "
            + String.join(", ", silent)
            + " the list cannot be had. Try again, ask by the upstream's name, such as "
            + silent.get(0)
            + "/"
            + shown
            + ", or set helix.upstream."
            + silent.get(0)
            + ".models.",
        "upstream_error",
        "model",
        "upstream_models_unknown",
        SOON);
  }

  /** Why an upstream is not asked for a model though it is named: its settings leave it out. */
  static ApiError notSet(String model, NamedUpstream upstream) {
    return notFound(
        "The model '"
            + shown(model)
            + "' does not exist: it is not in helix.upstream."
            + upstream.name()
            + ".models.");
  }

  private static String shown(String model) {
    return model.length() <= SHOWN_CHARACTERS ? model : model.substring(0, SHOWN_CHARACTERS) + "…";
  }

  private static ApiError notFound(String message) {
    return new ApiError(404, message, "invalid_request_error", "model", "model_not_found");
  }

  /** Tells the caller of an error, as an upstream would. */
  static void tell(ApiError error, ReplyReceiver receiver) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", "application/json");
    if (error.retryAfter() != null) {
      headers.put("retry-after", error.retryAfterSeconds());
    }
    receiver.head(new ReplyHead(error.status(), headers));
    receiver.data(ByteBuffer.wrap(error.toJson()));
    receiver.end();
  }
}
