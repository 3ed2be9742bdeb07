package dev.helix.clients;

class LangChainJsRun extends ClientSuite {
  LangChainJsRun() {
    super(Client.LANGCHAIN_JS);
  }
}
