package dev.helix.filter;

import jakarta.servlet.ServletRequest;
import java.util.Objects;
import java.util.Optional;

/**
 * The response that a request names, whose session is the request's. It is the request attribute
 * {@code dev.helix.filter.NamedResponse}, where that session is stored and the asker's; whether it
 * has such a response is not looked at. Immutable.
 *
 * @param id the response's id
 * @param previous whether it is the {@code previous_response_id} of the body; else it is that in
 *     the path
 */
public record NamedResponse(ResponseId id, boolean previous) {
  public NamedResponse {
    Objects.requireNonNull(id, "id");
  }

  /** The response that a request names, where a {@link ConversationFilter} found its session. */
  public static Optional<NamedResponse> of(ServletRequest request) {
    return Optional.ofNullable((NamedResponse) request.getAttribute(NamedResponse.class.getName()));
  }
}
