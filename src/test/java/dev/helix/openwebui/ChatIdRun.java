package dev.helix.openwebui;

/** The page's suite with headers that carry the chat id alone. */
class ChatIdRun extends PersonSuite {
  ChatIdRun() {
    super(HeaderSetup.CHAT_ID);
  }
}
