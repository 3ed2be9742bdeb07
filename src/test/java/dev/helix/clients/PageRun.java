package dev.helix.clients;

class PageRun extends ClientSuite {
  PageRun() {
    super(Client.PAGE);
  }
}
