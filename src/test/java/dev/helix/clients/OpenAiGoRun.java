package dev.helix.clients;

class OpenAiGoRun extends ClientSuite {
  OpenAiGoRun() {
    super(Client.OPENAI_GO);
  }
}
