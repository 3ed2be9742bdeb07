package dev.helix.openwebui;

/** The page's suite on a connection for the Responses API, with message ids and signed users. */
class ResponsesRun extends PersonSuite implements ResponsesCases {
  ResponsesRun() {
    super(HeaderSetup.RESPONSES_MESSAGE_IDS);
  }
}
