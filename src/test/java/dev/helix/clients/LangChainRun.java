package dev.helix.clients;

class LangChainRun extends ClientSuite {
  LangChainRun() {
    super(Client.LANGCHAIN);
  }
}
