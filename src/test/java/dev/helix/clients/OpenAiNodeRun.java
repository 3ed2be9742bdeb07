package dev.helix.clients;

class OpenAiNodeRun extends ClientSuite {
  OpenAiNodeRun() {
    super(Client.OPENAI_NODE);
  }
}
