package dev.helix.clients;

class LangGraphRun extends ClientSuite {
  LangGraphRun() {
    super(Client.LANGGRAPH);
  }
}
