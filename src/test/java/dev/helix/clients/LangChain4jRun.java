package dev.helix.clients;

class LangChain4jRun extends ClientSuite {
  LangChain4jRun() {
    super(Client.LANGCHAIN4J);
  }
}
