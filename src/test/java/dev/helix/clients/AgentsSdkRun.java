package dev.helix.clients;

class AgentsSdkRun extends ClientSuite {
  AgentsSdkRun() {
    super(Client.AGENTS_SDK);
  }
}
