package dev.helix.clients;

class LiteLlmRun extends ClientSuite {
  LiteLlmRun() {
    super(Client.LITELLM);
  }
}
