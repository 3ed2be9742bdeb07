package dev.helix.clients;

class CodexRun extends ClientSuite {
  CodexRun() {
    super(Client.CODEX);
  }
}
