package dev.helix.clients;

class LlamaIndexRun extends ClientSuite {
  LlamaIndexRun() {
    super(Client.LLAMAINDEX);
  }
}
