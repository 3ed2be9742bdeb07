package dev.helix.session;

/**
 * A response was to follow a tool's call without its result, which neither is stored nor comes with
 * the request. Nothing is stored.
 */
public final class WaitingCallException extends SessionException {
  private static final long serialVersionUID = 1L;

  private final String callId;

  WaitingCallException(String callId) {
    super("a call of a tool waits for its result");
    this.callId = callId;
  }

  /** The id of the call, as the backend gave it. */
  public String callId() {
    return callId;
  }
}
