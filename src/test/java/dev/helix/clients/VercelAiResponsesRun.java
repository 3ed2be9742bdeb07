package dev.helix.clients;

class VercelAiResponsesRun extends ResponsesSuite {
  VercelAiResponsesRun() {
    super(Client.VERCEL_RESPONSES);
  }

  /** The rounds of one call of its all follow the same response. */
  @Override
  String way() {
    return RESENT;
  }
}
