package dev.helix.openwebui;

/** The page's suite on a connection for the Responses API, with the chat id alone. */
class ResponsesChatIdRun extends PersonSuite implements ResponsesCases {
  ResponsesChatIdRun() {
    super(HeaderSetup.RESPONSES_CHAT_ID);
  }
}
