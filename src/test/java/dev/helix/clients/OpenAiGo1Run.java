package dev.helix.clients;

class OpenAiGo1Run extends ClientSuite {
  OpenAiGo1Run() {
    super(Client.OPENAI_GO_1);
  }
}
