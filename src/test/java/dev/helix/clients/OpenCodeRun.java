package dev.helix.clients;

class OpenCodeRun extends ClientSuite {
  OpenCodeRun() {
    super(Client.OPENCODE);
  }

  @Override
  String call() {
    return "bash echo sunshine in Rome";
  }

  @Override
  boolean streamsOnly() {
    return true;
  }
}
