package dev.helix.clients;

class SashabaranovGoRun extends ClientSuite {
  SashabaranovGoRun() {
    super(Client.SASHABARANOV_GO);
  }
}
