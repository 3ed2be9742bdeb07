package dev.helix.clients;

class OpenAiPythonRun extends ClientSuite {
  OpenAiPythonRun() {
    super(Client.OPENAI_PYTHON);
  }
}
