package dev.helix.clients;

class LangChainResponsesRun extends ResponsesSuite {
  LangChainResponsesRun() {
    super(Client.LANGCHAIN_RESPONSES);
  }
}
