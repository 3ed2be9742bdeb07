package dev.helix.openwebui;

/** The page's suite with headers that carry message ids and signed users. */
class MessageIdsRun extends PersonSuite {
  MessageIdsRun() {
    super(HeaderSetup.MESSAGE_IDS);
  }
}
