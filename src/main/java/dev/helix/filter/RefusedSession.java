package dev.helix.filter;

import dev.helix.http.ApiError;
import dev.helix.http.InvalidRequestException;
import jakarta.servlet.ServletRequest;
import java.util.Objects;

/**
 * Why a request of the Responses API has no session: it names what is not there, or two
 * conversations. It is the request attribute {@code dev.helix.filter.RefusedSession} where {@link
 * FilterSettings.Refusals#ATTACH} is set, so that what is wrong with the rest of the request may be
 * told first. Immutable.
 *
 * @param error what the filter would have answered
 */
public record RefusedSession(ApiError error) {
  public RefusedSession {
    Objects.requireNonNull(error, "error");
  }

  /**
   * Returns if the session of a request was not refused.
   *
   * @throws InvalidRequestException with the error if it was
   */
  public static void check(ServletRequest request) throws InvalidRequestException {
    Object refused = request.getAttribute(RefusedSession.class.getName());
    if (refused instanceof RefusedSession session) {
      throw new InvalidRequestException(session.error());
    }
  }
}
