package dev.helix.clients;

class OpenAiNodeResponsesRun extends ResponsesSuite {
  OpenAiNodeResponsesRun() {
    super(Client.OPENAI_NODE_RESPONSES);
  }
}
