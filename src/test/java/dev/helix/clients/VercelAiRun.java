package dev.helix.clients;

class VercelAiRun extends ClientSuite {
  VercelAiRun() {
    super(Client.VERCEL);
  }
}
